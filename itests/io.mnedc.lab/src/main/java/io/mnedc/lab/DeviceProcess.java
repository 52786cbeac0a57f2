package io.mnedc.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A device on a host of the lab. Its virtual addresses are known once it is ready, and waited for. */
public final class DeviceProcess extends NodeProcess {
    private static final Pattern READY =
            Pattern.compile("ready: ([0-9.]+)/\\d+ ([0-9a-fA-F:]+)/\\d+ on (\\S+) via (\\S+)");

    private DeviceProcess(Host host, String id, String javaOptions, List<String> options) {
        super(host, id, "device", READY, javaOptions, options);
    }

    private DeviceProcess(Host host, String id, List<String> environment, List<String> options) {
        super(host, id, "device", READY, environment, options);
    }

    /** Starts a device with a join token and with this in its environment, each {@code NAME=VALUE}, and returns at once. */
    public static DeviceProcess joinWith(List<String> environment, Host host, String id, String token) {
        return new DeviceProcess(host, id, environment, List.of("--join", token, "--id", id));
    }

    /** Starts a device with a join token and returns at once. */
    public static DeviceProcess join(Host host, String id, String token, String... options) {
        return joinTuned(host, id, token, "", options);
    }

    /** Starts a device with a join token and these options of the JVM, and returns at once. */
    public static DeviceProcess joinTuned(Host host, String id, String token, String javaOptions, String... options) {
        List<String> all = new ArrayList<>(List.of("--join", token, "--id", id));
        all.addAll(List.of(options));
        return new DeviceProcess(host, id, javaOptions, all);
    }

    /** Starts a device without security and returns at once. */
    public static DeviceProcess startUnsecured(Host host, String id, String relay, String... options) {
        List<String> all = new ArrayList<>(List.of("--security", "none", "--relay", relay, "--id", id));
        all.addAll(List.of(options));
        return new DeviceProcess(host, id, "", all);
    }

    /** Waits until its interface is up and the relay has given it an address. */
    public DeviceProcess awaitReady() {
        readiness();
        return this;
    }

    /** Its virtual IPv4 address. */
    public String ipv4() {
        return readiness().group(1);
    }

    /** Its virtual IPv6 address. */
    public String ipv6() {
        return readiness().group(2);
    }

    /** Its TUN interface. */
    public String tun() {
        return readiness().group(3);
    }
}
