package io.mnedc.lab;

import java.util.List;
import java.util.regex.Pattern;

/** A relay on a host of the lab. */
public final class RelayProcess extends NodeProcess {
    private static final Pattern READY = Pattern.compile("listening on (.+) pool (\\S+)");

    private RelayProcess(Host host, String name, List<String> options) {
        super(host, name, "relay", READY, options);
    }

    /** Starts a relay with these launcher options and returns at once. */
    public static RelayProcess start(Host host, String... options) {
        return new RelayProcess(host, host.name() + "-relay", List.of(options));
    }

    /** Waits until it listens. */
    public RelayProcess awaitReady() {
        readiness();
        return this;
    }

    /** Its pool of virtual addresses; waits until it is ready. */
    public String pool() {
        return readiness().group(2);
    }

    /** What a device's option {@code --relay} wants. */
    public String dial() {
        return host().address();
    }
}
