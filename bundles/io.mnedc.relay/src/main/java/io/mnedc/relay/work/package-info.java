/**
 * What all parts of a relay use: counters, worker threads, token buckets, random numbers. Start with {@link Counter}.
 */
@NullMarked
package io.mnedc.relay.work;

import org.jspecify.annotations.NullMarked;
