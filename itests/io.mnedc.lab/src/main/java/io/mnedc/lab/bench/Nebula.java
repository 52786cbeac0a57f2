package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedNats;
import java.nio.file.Path;
import java.util.List;

/** Nebula with a lighthouse that is the relay of a and b as well; the two may not try each other directly. */
final class Nebula implements Peer {
    private static final String NETWORK = "10.81.0.";
    private static final int PORT = 4242;

    private static final String COMMON = """
            pki:
              ca: %1$s/ca.crt
              cert: %1$s/%2$s.crt
              key: %1$s/%2$s.key
            punchy:
              punch: false
            tun:
              dev: neb0
              mtu: %3$d
            firewall:
              outbound:
                - port: any
                  proto: any
                  host: any
              inbound:
                - port: any
                  proto: any
                  host: any
            logging:
              level: warning
              format: text
            """;

    private static final String HUB = """
            lighthouse:
              am_lighthouse: true
            listen:
              host: 0.0.0.0
              port: %d
            relay:
              am_relay: true
              use_relays: true
            """;

    private static final String NODE = """
            static_host_map:
              "%1$s": ["%2$s:%3$d"]
            lighthouse:
              am_lighthouse: false
              interval: 10
              hosts: ["%1$s"]
              remote_allow_list:
                "0.0.0.0/0": false
                "%2$s/32": true
            listen:
              host: 0.0.0.0
              port: 0
            relay:
              am_relay: false
              use_relays: true
              relays: ["%1$s"]
            """;

    @Override
    public String id() {
        return "nebula-relay";
    }

    @Override
    public String title() {
        return "Nebula through a relay";
    }

    @Override
    public Subject start(NestedNats nats) {
        Path files = Peer.directory(nats, id());
        Host hub = nats.relay();
        hub.exec("nebula-cert", "ca", "-name", "bench", "-out-crt", files + "/ca.crt", "-out-key", files + "/ca.key")
                .orThrow();
        List<Host> hosts = List.of(hub, nats.a(), nats.b());
        for (Host host : hosts) {
            String name = files + "/" + host.name();
            hub.exec(
                            "nebula-cert",
                            "sign",
                            "-ca-crt",
                            files + "/ca.crt",
                            "-ca-key",
                            files + "/ca.key",
                            "-name",
                            host.name(),
                            "-ip",
                            address(hosts.indexOf(host)) + "/24",
                            "-out-crt",
                            name + ".crt",
                            "-out-key",
                            name + ".key")
                    .orThrow();
            String role = host == hub ? HUB.formatted(PORT) : NODE.formatted(address(0), hub.address(), PORT);
            Peer.write(Path.of(name + ".yml"), COMMON.formatted(files, host.name(), MTU) + role);
        }
        LabProcess hubProcess = run(files, hub);
        LabProcess a = run(files, nats.a());
        LabProcess b = run(files, nats.b());
        return passing(nats, address(2), hubProcess, a, b);
    }

    private static LabProcess run(Path files, Host host) {
        return host.start(
                "nebula", "-config", files.resolve(host.name() + ".yml").toString());
    }

    private static String address(int index) {
        return NETWORK + (index + 1);
    }
}
