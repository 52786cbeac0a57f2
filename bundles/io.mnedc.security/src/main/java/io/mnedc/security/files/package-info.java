/**
 * The lock of a directory, and small files of {@code name=value} lines. Start with {@link DirectoryLock}. For threads that may
 * block.
 *
 * <p>The lock's queue of threads is kept for the whole process, and closing a file elsewhere in the process may let the
 * system's lock go. So the lock is of this bundle only, while {@code io.mnedc.files} is copied into several.
 */
@NullMarked
package io.mnedc.security.files;

import org.jspecify.annotations.NullMarked;
