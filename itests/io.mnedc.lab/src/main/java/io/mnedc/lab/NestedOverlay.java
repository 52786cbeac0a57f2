package io.mnedc.lab;

import java.nio.file.Path;
import java.util.List;

/** The standard topology with a relay and devices a, b and c running in it. */
public final class NestedOverlay implements AutoCloseable {
    private final NestedNats nats;
    private final RelayProcess relay;
    private final List<DeviceProcess> devices;

    private NestedOverlay(NestedNats nats, boolean secured) {
        this.nats = nats;
        if (secured) {
            String token = RelayProcess.token(
                    nats.relay(), "--uses", Integer.toString(nats.devices().size()));
            relay = RelayProcess.start(nats.relay());
            devices = nats.devices().stream()
                    .map(host -> DeviceProcess.join(host, host.name(), token))
                    .toList();
        } else {
            relay = RelayProcess.start(nats.relay(), "--security", "none");
            devices = nats.devices().stream()
                    .map(host -> DeviceProcess.startUnsecured(host, host.name(), relay.dial()))
                    .toList();
        }
    }

    /** Starts everything at once, files in a temporary directory, and does not wait for it. */
    public static NestedOverlay start() {
        return start(NestedNats.build(), true);
    }

    /** Starts everything at once in a topology that is there already, and does not wait for it. */
    public static NestedOverlay start(NestedNats nats) {
        return start(nats, true);
    }

    /** Starts everything at once, files in this directory, and does not wait for it. */
    public static NestedOverlay start(Path directory) {
        return start(NestedNats.build(directory), true);
    }

    /** The same with {@code security=none}. */
    public static NestedOverlay startUnsecured(Path directory) {
        return start(NestedNats.build(directory), false);
    }

    private static NestedOverlay start(NestedNats nats, boolean secured) {
        try {
            return new NestedOverlay(nats, secured);
        } catch (RuntimeException e) {
            nats.close();
            throw e;
        }
    }

    /** Waits until all devices are ready. */
    public NestedOverlay awaitReady() {
        relay.awaitReady();
        devices.forEach(DeviceProcess::awaitReady);
        return this;
    }

    public NestedNats nats() {
        return nats;
    }

    public RelayProcess relay() {
        return relay;
    }

    /** Devices a, b and c. */
    public List<DeviceProcess> devices() {
        return devices;
    }

    /** Behind one NAT. */
    public DeviceProcess a() {
        return devices.get(0);
    }

    /** Behind two nested NATs. */
    public DeviceProcess b() {
        return devices.get(1);
    }

    /** On the relay's LAN. */
    public DeviceProcess c() {
        return devices.get(2);
    }

    @Override
    public void close() {
        nats.close();
    }
}
