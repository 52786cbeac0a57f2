/**
 * MNEDC in gateways that run: installed, configured, updated under traffic, killed and removed, each with real relays
 * and devices behind nested NATs.
 */
@NullMarked
package io.mnedc.itests.runtimes;

import org.jspecify.annotations.NullMarked;
