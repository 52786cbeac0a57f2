/**
 * How a component reads its configuration, whatever brought it: typed values of a console or a typed file, or texts of a
 * file that knows nothing else. Start with {@link ConfigurationReader}. No threads.
 *
 * <p>Bundles that use it hold a private copy: it is no bundle at run time.
 */
@NullMarked
package io.mnedc.settings;

import org.jspecify.annotations.NullMarked;
