package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedNats;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Another overlay, to compare with: its hub on the relay's host, nodes on a and b, its defaults but an MTU of ours. */
interface Peer {
    /** The MTU of every overlay's interface, so that all carry packets of the same size. */
    int MTU = 1400;

    /** All that the bench knows. */
    static List<Peer> all() {
        return List.of(OpenVpn.tcp(), OpenVpn.udp(), new WireGuard(), new Tinc(), new Nebula());
    }

    /** A short name without spaces. */
    String id();

    /** How the tables call it. */
    String title();

    /** Starts it; throws a {@link LabException} when that is not possible here. */
    Subject start(NestedNats nats);

    /** Waits until packets pass. */
    static void awaitPing(Host from, String address) {
        for (int tries = 0; tries < 60; tries++) {
            if (from.exec("ping", "-n", "-c1", "-W1", address).succeeded()) {
                return;
            }
            from.exec("sleep", "0.2");
        }
        throw new LabException("no ping from " + from.name() + " to " + address);
    }

    /** {@return the overlay that has been started, once packets pass from a to b} */
    default Subject passing(NestedNats nats, String addressOfB, LabProcess hub, LabProcess a, LabProcess b) {
        awaitPing(nats.a(), addressOfB);
        return Subject.tunnel(
                id(),
                title(),
                Kind.PEER,
                addressOfB,
                new Subject.Node(nats.relay(), hub),
                new Subject.Node(nats.a(), a),
                new Subject.Node(nats.b(), b));
    }

    /** A directory of the lab for this overlay's files. */
    static Path directory(NestedNats nats, String name) {
        try {
            return Files.createDirectories(nats.lab().directory().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
