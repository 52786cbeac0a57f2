package io.mnedc.tun.memory;

import io.mnedc.api.tun.TunDriver;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunOffload;
import io.mnedc.api.tun.TunSettings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Opens interfaces that exist in this object only. It keeps the contract of {@link TunDriver}, names included, so that
 * whatever runs on it runs on the kernel's interfaces; a test finds the other end with {@link #device(String)} or
 * {@link #awaitDevice(String, Duration)}. It is published as a service under both types. Thread-safe.
 */
@Component(
        immediate = true,
        service = {TunDriver.class, MemoryTunDriver.class},
        property = TunDriver.KIND + "=memory")
public final class MemoryTunDriver implements TunDriver {
    private final Set<TunOffload> offloads;
    private final Map<String, MemoryTunDevice> open = new LinkedHashMap<>();
    private boolean stopped;

    /** Component properties. */
    @interface Config {
        /** The offloads that the "kernel" has. */
        TunOffload[] offload() default {TunOffload.CHECKSUM, TunOffload.TSO4, TunOffload.TSO6, TunOffload.USO};
    }

    /** Made by the component runtime. */
    @Activate
    public MemoryTunDriver(Config config) {
        this(Set.of(config.offload()));
    }

    /**
     * Makes a driver without OSGi.
     *
     * @param offloads what its interfaces accept without the sender having done it
     */
    public MemoryTunDriver(Set<TunOffload> offloads) {
        this.offloads = Set.copyOf(offloads);
    }

    /** {@return a driver with all offloads} */
    public static MemoryTunDriver withAllOffloads() {
        return new MemoryTunDriver(EnumSet.allOf(TunOffload.class));
    }

    @Override
    public MemoryTunDevice open(TunSettings settings) throws TunException {
        synchronized (open) {
            if (stopped) {
                throw new TunException(Reason.FAILED, "the TUN driver has stopped; open the interface when it is back");
            }
            String name = freeName(settings.name());
            MemoryTunDevice device = new MemoryTunDevice(
                    settings.named(name), settings.name(), settings.offload() ? offloads : Set.of(), this::closed);
            open.put(name, device);
            open.notifyAll();
            return device;
        }
    }

    /** {@return the open interface of that name} */
    public Optional<MemoryTunDevice> device(String name) {
        synchronized (open) {
            return Optional.ofNullable(open.get(name));
        }
    }

    /** {@return the open interfaces, the oldest first} */
    public List<MemoryTunDevice> devices() {
        synchronized (open) {
            return List.copyOf(open.values());
        }
    }

    /**
     * Waits until somebody has opened an interface.
     *
     * @param name its name
     * @param atMost how long to wait
     * @return the open interface
     * @throws TimeoutException if it was not opened in that time
     * @throws InterruptedException if the thread was interrupted
     */
    public MemoryTunDevice awaitDevice(String name, Duration atMost) throws TimeoutException, InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        synchronized (open) {
            while (true) {
                MemoryTunDevice device = open.get(name);
                if (device != null) {
                    return device;
                }
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new TimeoutException("no interface " + name + " was opened; open are " + open.keySet());
                }
                TimeUnit.NANOSECONDS.timedWait(open, left);
            }
        }
    }

    /** Closes the interfaces whose owners have not done so. */
    @Deactivate
    public void stop() {
        List<MemoryTunDevice> left;
        synchronized (open) {
            stopped = true;
            left = List.copyOf(open.values());
        }
        left.forEach(MemoryTunDevice::close);
    }

    private String freeName(String wanted) throws TunException {
        if (!wanted.contains("%d")) {
            if (open.containsKey(wanted)) {
                throw new TunException(
                        Reason.NAME_TAKEN,
                        "there is already an interface named " + wanted
                                + "; choose another name in the setting tun.name");
            }
            return wanted;
        }
        int number = 0;
        while (open.containsKey(wanted.replace("%d", String.valueOf(number)))) {
            number++;
        }
        return wanted.replace("%d", String.valueOf(number));
    }

    private void closed(MemoryTunDevice device) {
        synchronized (open) {
            // it may have been renamed
            open.values().remove(device);
        }
    }
}
