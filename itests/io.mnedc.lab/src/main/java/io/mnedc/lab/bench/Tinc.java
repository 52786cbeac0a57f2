package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedNats;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** tinc over TCP alone, a and b connected to a hub and never to each other. */
final class Tinc implements Peer {
    private static final String NETWORK = "10.80.0.";

    @Override
    public String id() {
        return "tinc-tcp";
    }

    @Override
    public String title() {
        return "tinc, TCP only";
    }

    @Override
    public Subject start(NestedNats nats) {
        Host hub = nats.relay();
        List<Host> hosts = List.of(hub, nats.a(), nats.b());
        try {
            for (Host host : hosts) {
                configure(nats, host, hosts.indexOf(host), hub);
            }
            for (Host host : hosts) {
                for (Host other : hosts) {
                    if (other != host) {
                        Files.copy(card(nats, other, other), card(nats, host, other));
                    }
                }
            }
        } catch (IOException e) {
            throw new LabException("cannot write tinc's files", e);
        }
        LabProcess hubProcess = run(nats, hub);
        LabProcess a = run(nats, nats.a());
        LabProcess b = run(nats, nats.b());
        return passing(nats, address(2), hubProcess, a, b);
    }

    private static void configure(NestedNats nats, Host host, int index, Host hub) throws IOException {
        Path files = directory(nats, host);
        Files.createDirectories(files.resolve("hosts"));
        String common = "Name = " + host.name() + "\nInterface = tinc0\nDeviceType = tun\nAddressFamily = ipv4\n";
        Files.writeString(
                files.resolve("tinc.conf"), host == hub ? common : common + "ConnectTo = " + hub.name() + "\n");
        Path up = files.resolve("tinc-up");
        Files.writeString(
                up,
                "#!/bin/sh\nip address add %s/24 dev \"$INTERFACE\"\nip link set \"$INTERFACE\" mtu %d up\n"
                        .formatted(address(index), MTU));
        if (!up.toFile().setExecutable(true)) {
            throw new LabException("cannot make " + up + " executable");
        }
        // appends the public key to the host's own card
        host.exec("tincd", "-c", files.toString(), "--generate-keys=2048").orThrow();
        Files.writeString(
                card(nats, host, host),
                "\nSubnet = " + address(index) + "/32\nTCPOnly = yes\nIndirectData = yes\n"
                        + (host == hub ? "Address = " + hub.address() + "\n" : ""),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static LabProcess run(NestedNats nats, Host host) {
        Path files = directory(nats, host);
        return host.start("tincd", "-D", "-c", files.toString(), "--pidfile=" + files.resolve("pid"));
    }

    private static Path directory(NestedNats nats, Host host) {
        return Peer.directory(nats, "tinc-" + host.name());
    }

    /** What a host knows of another one, or of itself. */
    private static Path card(NestedNats nats, Host at, Host of) {
        return directory(nats, at).resolve("hosts").resolve(of.name());
    }

    private static String address(int index) {
        return NETWORK + (index + 1);
    }
}
