/**
 * {@code ./mnedc bench}: what carries packets from device a to device b, measured in turns in one lab. {@link
 * io.mnedc.lab.bench.Bench} is the entry.
 */
@NullMarked
package io.mnedc.lab.bench;

import org.jspecify.annotations.NullMarked;
