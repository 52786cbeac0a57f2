package io.mnedc.device;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.device.LocalService;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The services of this host that answer at the relay's virtual address. Thread-safe; looked up without a lock. */
final class LocalServices implements IntFunction<@Nullable LocalService> {
    private record Entry(int port, LocalService service) {}

    @GuardedBy("this")
    private final List<Entry> entries = new ArrayList<>();

    private volatile List<Entry> known = List.of();

    void add(LocalService service) {
        int port = service.port();
        synchronized (this) {
            entries.add(new Entry(port, service));
            known = List.copyOf(entries);
        }
    }

    synchronized void remove(LocalService service) {
        entries.removeIf(entry -> entry.service == service);
        known = List.copyOf(entries);
    }

    @Override
    @Nullable
    public LocalService apply(int port) {
        for (Entry entry : known) {
            if (entry.port == port) {
                return entry.service;
            }
        }
        return null;
    }
}
