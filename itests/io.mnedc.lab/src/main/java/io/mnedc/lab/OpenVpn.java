package io.mnedc.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** OpenVPN over TCP with its hub on the relay's host: what the bench compares with. AES-128-GCM, else its defaults. */
final class OpenVpn {
    private static final Pattern STARTED = Pattern.compile("Initialization Sequence Completed");
    private static final Pattern ADDRESS = Pattern.compile("inet (10\\.77\\.[0-9.]+)");
    private static final Duration BOUND = Duration.ofSeconds(30);

    private final Path keys;
    private final Host hub;

    private OpenVpn(Path keys, Host hub) {
        this.keys = keys;
        this.hub = hub;
    }

    /** Starts the hub. */
    static OpenVpn start(Host hub) {
        OpenVpn vpn = new OpenVpn(hub.directory(), hub);
        Command.expect("", vpn.certificate("ca").toArray(String[]::new));
        vpn.sign("hub");
        List<String> command = vpn.common("hub");
        command.addAll(List.of("--proto", "tcp-server", "--port", "1194", "--dh", "none"));
        command.addAll(List.of("--server", "10.77.0.0", "255.255.255.0", "--topology", "subnet", "--client-to-client"));
        hub.start(command.toArray(String[]::new)).awaitLog(STARTED, BOUND);
        return vpn;
    }

    /** Connects a client and returns its address in the VPN. */
    String connect(Host client) {
        sign(client.name());
        List<String> command = common(client.name());
        command.addAll(List.of("--client", "--proto", "tcp-client", "--remote", hub.address(), "1194", "--nobind"));
        client.start(command.toArray(String[]::new)).awaitLog(STARTED, BOUND);
        Matcher match = ADDRESS.matcher(
                client.exec("ip", "-4", "address", "show", "dev", "vpn0").orThrow());
        if (!match.find()) {
            throw new LabException("OpenVPN gave " + client.name() + " no address");
        }
        return match.group(1);
    }

    private List<String> common(String name) {
        return new ArrayList<>(List.of(
                "openvpn",
                "--dev",
                "vpn0",
                "--dev-type",
                "tun",
                "--data-ciphers",
                "AES-128-GCM",
                "--ca",
                file("ca.pem"),
                "--cert",
                file(name + ".pem"),
                "--key",
                file(name + ".key")));
    }

    private void sign(String name) {
        List<String> command = certificate(name);
        command.addAll(List.of("-CA", file("ca.pem"), "-CAkey", file("ca.key")));
        Command.expect("", command.toArray(String[]::new));
    }

    private List<String> certificate(String name) {
        return new ArrayList<>(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-noenc",
                "-days",
                "30",
                "-subj",
                "/CN=" + name,
                "-keyout",
                file(name + ".key"),
                "-out",
                file(name + ".pem")));
    }

    private String file(String name) {
        return keys.resolve(name).toString();
    }
}
