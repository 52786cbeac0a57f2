/**
 * Three relays of one overlay on hosts of their own, with devices behind NATs, while relays, servers, links, disks and clocks fail.
 * {@link io.mnedc.itests.relays.Relays} starts all of it.
 */
@NullMarked
package io.mnedc.itests.relays;

import org.jspecify.annotations.NullMarked;
