package io.mnedc.lab;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Waits for what happens elsewhere. */
public final class Waits {
    /** Long enough for a machine that builds at the same time. */
    public static final Duration LONG = Duration.ofMinutes(2);

    private static final Pattern ADDRESS = Pattern.compile("inet (10\\.0\\.0\\.\\d+)");

    private Waits() {}

    public static void until(String what, Duration bound, BooleanSupplier condition) {
        until(() -> what, bound, condition);
    }

    public static void until(Supplier<String> what, Duration bound, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new LabException("not within " + bound.toSeconds() + " s: " + what.get());
            }
            pause();
        }
    }

    /** Until a ping from a host is answered. */
    public static void reached(Host from, String address) {
        until(
                from.name() + " reaches " + address,
                LONG,
                () -> from.exec("ping", "-n", "-c1", "-W1", address).succeeded());
    }

    /** Until two devices reach each other. */
    public static void reached(DeviceProcess one, DeviceProcess other) {
        reached(one.host(), other.ipv4());
        reached(other.host(), one.ipv4());
    }

    /** Whether the relay's port can be reached from a host behind a NAT. */
    public static boolean open(Host from) {
        // 7: refused; 28: connected, and nobody said anything for a second
        return from.exec("curl", "-s", "-m1", "telnet://192.168.1.10:3334").status() == 28;
    }

    /** The virtual address that a host has, or will have. */
    public static String address(Host host) {
        String[] found = {""};
        until("a virtual address on " + host.name(), LONG, () -> {
            Matcher match =
                    ADDRESS.matcher(host.exec("ip", "-o", "-4", "address").output());
            found[0] = match.find() ? match.group(1) : "";
            return !found[0].isEmpty();
        });
        return found[0];
    }

    private static void pause() {
        try {
            Thread.sleep(2);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while waiting", e);
        }
    }
}
