/**
 * What the tests of several modules share. It uses no package of this project, so the tests of every module can use it.
 *
 * <p>Start with {@link io.mnedc.testing.Await}, which waits for a condition, {@link io.mnedc.testing.Log}, which reads the
 * log, {@link io.mnedc.testing.TestClock}, {@link io.mnedc.testing.TestPki}, which certifies keys, and
 * {@link io.mnedc.testing.TestRegistry}, which stands in for an OSGi framework. Nothing here starts a thread.
 */
@NullMarked
package io.mnedc.testing;

import org.jspecify.annotations.NullMarked;
