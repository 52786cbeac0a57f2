/**
 * Files that only their owner may read and that are never half written. Start with {@link PrivateFiles}. Methods block, as
 * files do; no threads.
 *
 * <p>Bundles that use it hold a private copy: it is no bundle at run time. So nothing here keeps state for the whole process.
 */
@NullMarked
package io.mnedc.files;

import org.jspecify.annotations.NullMarked;
