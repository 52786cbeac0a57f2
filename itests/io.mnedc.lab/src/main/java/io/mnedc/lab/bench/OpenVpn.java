package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedNats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** OpenVPN over TCP or UDP, AES-128-GCM as ours, hub with {@code client-to-client}. */
final class OpenVpn implements Peer {
    private static final Pattern STARTED = Pattern.compile("Initialization Sequence Completed");
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final String transport;
    private final String port;
    private final String network;

    private OpenVpn(String transport, String port, String network) {
        this.transport = transport;
        this.port = port;
        this.network = network;
    }

    static OpenVpn tcp() {
        return new OpenVpn("tcp", "1194", "10.77.0");
    }

    static OpenVpn udp() {
        return new OpenVpn("udp", "1195", "10.78.0");
    }

    @Override
    public String id() {
        return "openvpn-" + transport;
    }

    @Override
    public String title() {
        return "OpenVPN " + (transport.equals("tcp") ? "TCP" : "UDP");
    }

    @Override
    public Subject start(NestedNats nats) {
        Path keys = Peer.directory(nats, id());
        Host hub = nats.relay();
        hub.exec(certificate(keys, "ca").toArray(String[]::new)).orThrow();
        List<String> command = common(keys, hub);
        command.addAll(List.of("--proto", transport.equals("tcp") ? "tcp-server" : "udp", "--port", port));
        command.addAll(List.of("--dh", "none", "--server", network + ".0", "255.255.255.0"));
        command.addAll(List.of("--topology", "subnet", "--client-to-client"));
        // NATs must not forget the way while others are measured
        command.addAll(List.of("--keepalive", "10", "60"));
        LabProcess server = hub.start(command.toArray(String[]::new));
        server.awaitLog(STARTED, BOUND);
        Subject.Node a = connect(keys, nats.a(), hub);
        Subject.Node b = connect(keys, nats.b(), hub);
        String address = address(nats.b());
        Peer.awaitPing(nats.a(), address);
        return Subject.tunnel(id(), title(), Kind.PEER, address, new Subject.Node(hub, server), a, b);
    }

    private Subject.Node connect(Path keys, Host client, Host hub) {
        List<String> command = common(keys, client);
        command.addAll(List.of("--client", "--proto", transport.equals("tcp") ? "tcp-client" : "udp"));
        command.addAll(List.of("--remote", hub.address(), port, "--nobind"));
        LabProcess process = client.start(command.toArray(String[]::new));
        process.awaitLog(STARTED, BOUND);
        return new Subject.Node(client, process);
    }

    private String address(Host client) {
        String shown =
                client.exec("ip", "-4", "address", "show", "dev", device()).orThrow();
        Matcher match =
                Pattern.compile("inet (" + Pattern.quote(network) + "\\.\\d+)").matcher(shown);
        if (!match.find()) {
            throw new LabException("OpenVPN gave " + client.name() + " no address");
        }
        return match.group(1);
    }

    private String device() {
        return "vpn-" + transport;
    }

    private List<String> common(Path keys, Host host) {
        List<String> signing = certificate(keys, host.name());
        signing.addAll(List.of("-CA", file(keys, "ca.pem"), "-CAkey", file(keys, "ca.key")));
        host.exec(signing.toArray(String[]::new)).orThrow();
        List<String> command = new ArrayList<>(List.of("openvpn", "--dev", device(), "--dev-type", "tun"));
        command.addAll(List.of("--tun-mtu", Integer.toString(MTU), "--data-ciphers", "AES-128-GCM"));
        command.addAll(List.of("--ca", file(keys, "ca.pem"), "--cert", file(keys, host.name() + ".pem")));
        command.addAll(List.of("--key", file(keys, host.name() + ".key")));
        return command;
    }

    private static List<String> certificate(Path keys, String name) {
        List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-newkey", "ec"));
        command.addAll(List.of("-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "30"));
        command.addAll(List.of("-subj", "/CN=" + name));
        command.addAll(List.of("-keyout", file(keys, name + ".key"), "-out", file(keys, name + ".pem")));
        return command;
    }

    private static String file(Path keys, String name) {
        return keys.resolve(name).toString();
    }
}
