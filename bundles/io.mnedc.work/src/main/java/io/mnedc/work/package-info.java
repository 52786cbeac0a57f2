/**
 * How often something may happen, and a thread that does something again and again. Start with {@link LogLimiter}. Time comes in
 * as an argument, by {@link System#nanoTime}.
 *
 * <p>Bundles that use it hold a private copy: it is no bundle at run time.
 */
@NullMarked
package io.mnedc.work;

import org.jspecify.annotations.NullMarked;
