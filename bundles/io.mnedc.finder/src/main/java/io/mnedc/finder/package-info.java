/**
 * Finds relays for a device, and announces a relay in its local networks. Start with the components {@link SrvFinder}, {@link
 * LanFinder} and {@link LanAnnouncer}. Finders work on the threads of those who ask; each announcement has a thread of its own.
 */
@NullMarked
package io.mnedc.finder;

import org.jspecify.annotations.NullMarked;
