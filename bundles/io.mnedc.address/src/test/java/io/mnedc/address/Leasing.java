package io.mnedc.address;

import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Semaphore;

/** A process that leases without end and prints each lease once it is acknowledged. It is made to be killed. */
final class Leasing {
    private Leasing() {}

    public static void main(String[] args) throws Exception {
        StoredLeases store = StoredLeases.in(Path.of(args[0]));
        LeaseAllocator allocator = new LeaseAllocator(store, Fixture.policy("10.0.0.0/8"), Clock.systemUTC());
        Semaphore underWay = new Semaphore(64);
        for (int i = 0; i < 1_000_000; i++) {
            underWay.acquire();
            var unused = allocator.allocate(args[1] + i).whenComplete((lease, failure) -> {
                // one write per line: what a reader finds is whole or cut, never mixed
                System.out.println(lease == null ? "failed " + failure : lease.deviceId() + "=" + lease.node() + ";");
                underWay.release();
            });
        }
    }
}
