/**
 * How a component reads its configuration, whatever brought it: typed values of a console or a typed file, or texts of a
 * file that knows nothing else. Start with {@link ConfigurationReader}. Beside it is what components need of any framework:
 * a place for files ({@link StorageArea}), services, notices. No threads.
 *
 * <p>Bundles that use it hold a private copy: it is no bundle at run time.
 */
@NullMarked
package io.mnedc.settings;

import org.jspecify.annotations.NullMarked;
