package io.mnedc.lab.bench;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.LabException;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.NestedOverlay;
import io.mnedc.lab.RelayProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What is measured, all running side by side in one lab: idle processes cost next to nothing. */
final class Systems {
    /** From a to the relay's host, no tunnel. */
    static final String PLAIN = "plain";

    /** Ours, as it is by default. */
    static final String SEALED = "sealed";

    /** Ours with {@code security=none}. */
    static final String OPEN = "none";

    private static final String OPEN_PORT = "4334";
    private static final int LONGEST_REASON = 100;
    private static final String OPEN_POOL = "10.1.0.0/24";

    private final NestedNats nats;
    private final Options options;
    private final Consumer<String> progress;
    private final List<Subject> subjects = new ArrayList<>();
    private final List<Measured> absent = new ArrayList<>();
    private Optional<NestedOverlay> overlay = Optional.empty();

    private Systems(NestedNats nats, Options options, Consumer<String> progress) {
        this.nats = nats;
        this.options = options;
        this.progress = progress;
    }

    /** Starts those that are wanted; an overlay of others that does not start is absent, and no more. */
    static Systems start(NestedNats nats, Options options, Consumer<String> progress) {
        Systems systems = new Systems(nats, options, progress);
        systems.startOwn();
        if (options.peers() || !options.systems().isEmpty()) {
            Peer.all().forEach(systems::startPeer);
        }
        return systems;
    }

    /** Those that run, in the order of the tables. */
    List<Subject> subjects() {
        return subjects;
    }

    /** Those that were wanted and did not start. */
    List<Measured> absent() {
        return absent;
    }

    /** Our sealed one with its three devices, when it is wanted. */
    Optional<NestedOverlay> overlay() {
        return overlay;
    }

    private void startOwn() {
        if (options.wantsSystem(PLAIN)) {
            subjects.add(new Subject(
                    PLAIN,
                    "no tunnel, a to the relay's host",
                    Kind.PLAIN,
                    nats.a(),
                    nats.relay(),
                    nats.relay().address(),
                    List.of(),
                    List.of()));
        }
        if (options.wantsSystem(SEALED)) {
            NestedOverlay sealed = NestedOverlay.start(nats).awaitReady();
            overlay = Optional.of(sealed);
            subjects.add(own(SEALED, "**MNEDC, sealed** (the default)", sealed.relay(), sealed.a(), sealed.b()));
        }
        if (options.wantsSystem(OPEN)) {
            RelayProcess relay = RelayProcess.startNamed(
                    nats.relay(),
                    "open-relay",
                    "--security",
                    "none",
                    "--listen",
                    "0.0.0.0:" + OPEN_PORT,
                    "--pool",
                    OPEN_POOL);
            String dial = relay.dial() + ":" + OPEN_PORT;
            DeviceProcess a = DeviceProcess.startUnsecured(nats.a(), "open-a", dial);
            DeviceProcess b = DeviceProcess.startUnsecured(nats.b(), "open-b", dial);
            a.awaitReady();
            b.awaitReady();
            subjects.add(own(OPEN, "MNEDC, `security = none`", relay, a, b));
        }
        progress.accept("own systems started");
    }

    private static Subject own(String id, String title, RelayProcess relay, DeviceProcess a, DeviceProcess b) {
        return Subject.tunnel(
                id,
                title,
                Kind.OWN,
                b.ipv4(),
                new Subject.Node(relay.host(), relay.process()),
                new Subject.Node(a.host(), a.process()),
                new Subject.Node(b.host(), b.process()));
    }

    private void startPeer(Peer peer) {
        if (!options.wantsSystem(peer.id())) {
            return;
        }
        try {
            subjects.add(peer.start(nats));
            progress.accept(peer.title() + " started");
        } catch (LabException e) {
            progress.accept(peer.title() + " does not start: " + e.getMessage());
            absent.add(new Measured(peer.id(), peer.title(), Kind.PEER, new Figures(), reason(e)));
        }
    }

    /** What went wrong, in one line: the begin and the end of the message, without the lab's names for hosts and files. */
    static String reason(RuntimeException failure) {
        List<String> lines = String.valueOf(failure.getMessage())
                .replaceAll("ip netns exec \\S+ ", "")
                .replaceAll("/tmp/[^\\s/]+/", "")
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        if (lines.isEmpty()) {
            return "unknown";
        }
        String last = lines.get(lines.size() - 1).strip();
        return shortened(lines.get(0)) + (lines.size() == 1 ? "" : ": " + shortened(last));
    }

    private static String shortened(String line) {
        return line.length() <= LONGEST_REASON ? line : line.substring(0, LONGEST_REASON) + "...";
    }
}
