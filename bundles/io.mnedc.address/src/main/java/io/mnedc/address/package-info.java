/**
 * MNEDC IP address allocator and durable lease store. {@link io.mnedc.address.AddressAllocatorComponent} and
 * {@link io.mnedc.address.LeaseStoreComponent} are where to start; {@link io.mnedc.address.LeaseAllocator} decides who gets which address,
 * over {@link io.mnedc.address.StoredLeases}.
 *
 * <p>One relay has its leases in a {@link io.mnedc.address.FileStore}. Several share a store: {@link io.mnedc.address.OverlayTime} is the
 * time by which leases end there, {@link io.mnedc.address.NetworkAgreement} the network that all lease from, and
 * {@link io.mnedc.address.ReleasedNodes} keeps an address from a second device while a relay that is cut off may still give it to the first.
 * Decision 0023 says why. Threads: {@code mnedc-store-commit} writes the file, {@code mnedc-lease-renew} ends leases,
 * {@code mnedc-lease-late} refuses what a shared store does not answer, {@code mnedc-lease-again} opens what could not be opened,
 * {@code mnedc-address-watch} looks at the networks of the host.
 */
@NullMarked
package io.mnedc.address;

import org.jspecify.annotations.NullMarked;
