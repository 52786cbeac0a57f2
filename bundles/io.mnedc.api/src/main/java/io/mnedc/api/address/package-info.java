/** Virtual addresses: the overlay network's address plan, leases, the allocator and the store below it. */
@Export
@Version("0.1.0")
@NullMarked
package io.mnedc.api.address;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
