package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedNats;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** wireguard-go, in user space as all here: a hub whose kernel forwards between a and b. */
final class WireGuard implements Peer {
    private static final int PORT = 51820;
    private static final String NETWORK = "10.79.0.";
    private static final Pattern READY = Pattern.compile("^configured$");

    // its control socket has a fixed place below /run, which the hosts of the lab share: each gets a /run of its own,
    // and the program replaces the shell, so that the PID is its own
    private static final String SCRIPT = """
            set -e
            mount -t tmpfs tmpfs /run
            mkdir /run/wireguard
            (
              tries=0
              until [ -S /run/wireguard/wg0.sock ]; do
                tries=$((tries + 1))
                [ "$tries" -lt 200 ] || exit 1
                sleep 0.05
              done
              wg setconf wg0 "$1"
              ip address add "$2" dev wg0
              ip link set wg0 mtu "$3" up
              echo configured
            ) &
            exec wireguard-go -f wg0
            """;

    @Override
    public String id() {
        return "wireguard-go";
    }

    @Override
    public String title() {
        return "wireguard-go through a hub";
    }

    @Override
    public Subject start(NestedNats nats) {
        Path files = Peer.directory(nats, id());
        Host hub = nats.relay();
        List<Host> hosts = List.of(hub, nats.a(), nats.b());
        for (Host host : hosts) {
            hub.exec(
                            "sh",
                            "-ec",
                            "umask 077; wg genkey >\"$1.key\"; wg pubkey <\"$1.key\" >\"$1.pub\"",
                            "keys",
                            files + "/" + host.name())
                    .orThrow();
        }
        hub.exec("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward").orThrow();
        StringBuilder hubSettings = new StringBuilder(settings(files, hub));
        hubSettings.append("ListenPort = ").append(PORT).append('\n');
        for (Host host : List.of(nats.a(), nats.b())) {
            hubSettings.append(peer(files, host)).append("AllowedIPs = ");
            hubSettings.append(address(hosts.indexOf(host))).append("/32\n");
        }
        Peer.write(files.resolve(hub.name() + ".conf"), hubSettings.toString());
        LabProcess hubProcess = run(files, hub, 0);
        for (Host host : List.of(nats.a(), nats.b())) {
            String text = settings(files, host) + peer(files, hub) + "AllowedIPs = " + NETWORK + "0/24\nEndpoint = "
                    + hub.address() + ":" + PORT + "\nPersistentKeepalive = 5\n";
            Peer.write(files.resolve(host.name() + ".conf"), text);
        }
        LabProcess a = run(files, nats.a(), 1);
        LabProcess b = run(files, nats.b(), 2);
        return passing(nats, address(2), hubProcess, a, b);
    }

    private static LabProcess run(Path files, Host host, int index) {
        String settings = files.resolve(host.name() + ".conf").toString();
        LabProcess process =
                host.start("sh", "-c", SCRIPT, "wireguard", settings, address(index) + "/24", Integer.toString(MTU));
        process.awaitLog(READY, Duration.ofSeconds(15));
        return process;
    }

    private static String address(int index) {
        return NETWORK + (index + 1);
    }

    private static String settings(Path files, Host host) {
        return "[Interface]\nPrivateKey = "
                + Peer.read(files.resolve(host.name() + ".key")).strip() + "\n";
    }

    private static String peer(Path files, Host host) {
        return "[Peer]\nPublicKey = "
                + Peer.read(files.resolve(host.name() + ".pub")).strip() + "\n";
    }
}
