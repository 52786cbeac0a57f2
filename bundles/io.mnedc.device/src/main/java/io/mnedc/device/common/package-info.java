/**
 * What all parts of a device use: counters, the thread for blocking work, limits for log lines, and what becomes of faults.
 * Start with {@link Faults}.
 */
@NullMarked
package io.mnedc.device.common;

import org.jspecify.annotations.NullMarked;
