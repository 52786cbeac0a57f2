package io.mnedc.itests.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.peer.PeerListener;
import io.mnedc.itests.gateway.RelayAndDevice;
import io.mnedc.itests.gateway.Waits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/**
 * Whatever happens in the overlay, directory and listeners end with the truth, and a listener hears of nothing twice: devices join,
 * leave, vanish and change at random, the device's own connection breaks, the relay restarts.
 */
class DirectoryModelIT {
    private static final int DEVICES = 12;
    private static final int STEPS = 600;
    private static final int LOOK_EVERY = 12;

    @TempDir
    Path data;

    private final BundleContext context =
            FrameworkUtil.getBundle(DirectoryModelIT.class).getBundleContext();
    private final Services services = new Services(context);
    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final Map<String, RawMember> there = new HashMap<>();
    private final Map<String, String> truth = new HashMap<>();
    private RelayAndDevice overlay;
    private int names;

    /** Believes all it hears, and notes what cannot be. */
    private static final class Follower implements PeerListener {
        final Map<String, Peer> known = new ConcurrentHashMap<>();
        final List<String> mistakes = new CopyOnWriteArrayList<>();

        @Override
        public void joined(Peer peer) {
            if (known.put(peer.deviceId(), peer) != null) {
                mistakes.add("joined twice: " + peer);
            }
        }

        @Override
        public void changed(Peer before, Peer now) {
            if (before.equals(now)) {
                mistakes.add("changed to the same: " + now);
            }
            if (!before.equals(known.put(now.deviceId(), now))) {
                mistakes.add("changed from something else than was told: " + before + " to " + now);
            }
        }

        @Override
        public void left(Peer peer) {
            if (!peer.equals(known.remove(peer.deviceId()))) {
                mistakes.add("left as something else than was told: " + peer);
            }
        }

        Map<String, String> platforms() {
            return platformsOf(known.values());
        }
    }

    private static Map<String, String> platformsOf(Iterable<Peer> peers) {
        Map<String, String> platforms = new HashMap<>();
        peers.forEach(peer -> platforms.put(peer.deviceId(), peer.info().platform()));
        return platforms;
    }

    @BeforeEach
    void start() throws Exception {
        overlay = new RelayAndDevice(context, data);
        overlay.configurations().set(RelayAndDevice.ADDRESS, overlay.address());
        overlay.configurations().set(RelayAndDevice.RELAY, relay(true));
        overlay.configurations().set(RelayAndDevice.DEVICE, device("127.0.0.1"));
    }

    @AfterEach
    void stop() throws Exception {
        for (RawMember member : there.values()) {
            member.close();
        }
        overlay.stop();
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
    }

    private Map<String, Object> relay(boolean enabled) {
        Map<String, Object> values = overlay.relay();
        values.put("enabled", enabled);
        values.put("security", "none");
        // members do not answer
        values.put("keepalive.millis", 600_000L);
        return values;
    }

    private Map<String, Object> device(String host) {
        Map<String, Object> values = overlay.device();
        values.remove("join.token");
        values.put("security", "none");
        values.put("relays", new String[] {host + ":" + overlay.port()});
        return values;
    }

    @Test
    void directoryAndListenersEndWithTheTruth() throws Exception {
        var follower = new Follower();
        var registration = context.registerService(PeerListener.class, follower, null);
        try {
            services.await(PeerDirectory.class, PeerDirectory::snapshot, snapshot -> true);
            List<String> done = new ArrayList<>();
            for (int i = 1; i <= STEPS; i++) {
                done.add(step());
                if (i % LOOK_EVERY == 0) {
                    look(follower, done);
                    done.clear();
                }
            }
        } finally {
            registration.unregister();
        }
    }

    private void look(Follower follower, List<String> done) throws Exception {
        String what = "seed " + seed + ", after " + done;
        Waits.until(what + ": directory with " + truth, this::directory, now -> now.equals(Optional.of(truth)));
        Waits.until(what + ": listener with " + truth, follower::platforms, truth::equals);
        assertThat(follower.mistakes).as(what).isEmpty();
    }

    private Optional<Map<String, String>> directory() {
        return services.ask(
                PeerDirectory.class, each -> platformsOf(each.snapshot().peers()));
    }

    private String step() throws Exception {
        int kind = random.nextInt(100);
        if (kind < 2) {
            restart();
            return "the relay restarted";
        }
        if (kind < 8) {
            // another address of the same relay: the connection is made again
            overlay.configurations()
                    .set(RelayAndDevice.DEVICE, device(random.nextBoolean() ? "localhost" : "127.0.0.1"));
            return "the device connects again";
        }
        List<String> present = there.keySet().stream().sorted().collect(Collectors.toList());
        if (present.isEmpty() || (kind < 55 && present.size() < DEVICES)) {
            // now and then one that was there before
            String id = "member-" + (random.nextInt(5) == 0 && names > 0 ? random.nextInt(names) : names++);
            return there.containsKey(id) ? change(id) : join(id);
        }
        String id = present.get(random.nextInt(present.size()));
        return kind < 70 ? change(id) : go(id, kind < 85);
    }

    private String join(String id) throws Exception {
        String platform = "p" + random.nextInt(3);
        there.put(id, RawMember.joined(overlay.port(), id, platform));
        truth.put(id, platform);
        return id + " joined";
    }

    private String change(String id) throws Exception {
        String platform = "p" + random.nextInt(3);
        Objects.requireNonNull(there.get(id)).tell(platform);
        truth.put(id, platform);
        return id + " changed";
    }

    private String go(String id, boolean inOrder) throws Exception {
        RawMember member = Objects.requireNonNull(there.remove(id));
        truth.remove(id);
        if (inOrder) {
            member.leave();
        } else {
            member.close();
        }
        return id + (inOrder ? " left" : " vanished");
    }

    private void restart() throws Exception {
        overlay.configurations().set(RelayAndDevice.RELAY, relay(false));
        Waits.until("no relay", () -> RelayAndDevice.listening(overlay.port()), listens -> !listens);
        for (RawMember member : there.values()) {
            member.close();
        }
        there.clear();
        truth.clear();
        overlay.configurations().set(RelayAndDevice.RELAY, relay(true));
        Waits.until("relay", () -> RelayAndDevice.listening(overlay.port()), listens -> listens);
    }
}
