package io.mnedc.device;

import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerListener;
import io.mnedc.device.settings.SettingsReader;
import io.mnedc.discovery.Listening;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A device with a listener that notes when it hears of whom. */
final class Hearer implements PeerListener, AutoCloseable {
    final Map<String, Long> joined = new ConcurrentHashMap<>();
    final Map<String, Long> left = new ConcurrentHashMap<>();
    private final Device device;
    private final Listening listening;

    /** One whose identity is in a directory. */
    Hearer(String id, String relay, Path directory) throws Exception {
        var settings = new SettingsReader(Map.of("device.id", id, "relays", relay, "data.dir", directory.toString()))
                .read("", () -> directory);
        device = Device.start(
                settings,
                new DeviceEnvironment(
                        MemoryTunDriver.withAllOffloads(),
                        "mnedc/bench",
                        name -> Optional.empty(),
                        () -> null,
                        () -> null,
                        name -> null,
                        InstantSource.system(),
                        List::of,
                        port -> null),
                what -> System.err.println(id + " has failed: " + what));
        listening = Listening.begin(device.link(), this);
    }

    boolean registered() {
        return device.link().registration().isPresent();
    }

    @Override
    public void joined(Peer peer) {
        joined.put(peer.deviceId(), System.nanoTime());
        if (peer.deviceId().startsWith(HearingTimes.MEASURED) && !peer.verified()) {
            throw new IllegalStateException(peer.deviceId() + " is not verified");
        }
    }

    @Override
    public void left(Peer peer) {
        left.put(peer.deviceId(), System.nanoTime());
    }

    @Override
    public void close() {
        listening.close();
        device.close();
    }
}
