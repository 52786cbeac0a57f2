package io.mnedc.device.dial;

import io.mnedc.api.address.VirtualNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DNS servers that this host asks: those of resolv.conf(5) and, where that one names a stub on this host, those that
 * the stub asks.
 */
public final class NameServers implements Supplier<Set<InetAddress>> {
    private static final Logger LOG = LoggerFactory.getLogger(NameServers.class);
    private static final int MOST = 65_536;
    private static final Pattern LINE = Pattern.compile(
            "(?m)^[ \\t]*nameserver[ \\t]+([0-9.]{7,15}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)(%\\S+)?[ \\t]*(?:[#;].*)?$");

    private final Path first;
    private final List<Path> behindStub;

    NameServers(Path first, List<Path> behindStub) {
        this.first = first;
        this.behindStub = behindStub;
    }

    /** Those of this host: as glibc finds them; behind systemd-resolved, NetworkManager's dnsmasq, or dnsmasq. */
    public static NameServers ofThisHost() {
        return new NameServers(
                Path.of("/etc/resolv.conf"),
                List.of(
                        Path.of("/run/systemd/resolve/resolv.conf"),
                        Path.of("/run/NetworkManager/no-stub-resolv.conf"),
                        Path.of("/run/dnsmasq/resolv.conf"),
                        Path.of("/tmp/resolv.conf.d/resolv.conf.auto")));
    }

    /** {@return the servers as the files name them now} */
    @Override
    public Set<InetAddress> get() {
        Set<InetAddress> servers = read(first);
        if (servers.stream().anyMatch(InetAddress::isLoopbackAddress)) {
            behindStub.forEach(file -> servers.addAll(read(file)));
        }
        servers.removeIf(server -> server.isLoopbackAddress() || server.isAnyLocalAddress());
        return servers;
    }

    private static Set<InetAddress> read(Path file) {
        Set<InetAddress> servers = new LinkedHashSet<>();
        try (var in = Files.newInputStream(file)) {
            Matcher matcher = LINE.matcher(new String(in.readNBytes(MOST), StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                add(servers, matcher.group(1));
            }
        } catch (IOException e) {
            // not there, or not for this user
            return servers;
        }
        return servers;
    }

    private static void add(Set<InetAddress> servers, String literal) {
        try {
            // what has a colon is never looked up
            servers.add(
                    literal.indexOf(':') < 0 ? VirtualNetwork.ipv4Literal(literal) : InetAddress.getByName(literal));
        } catch (UnknownHostException | IllegalArgumentException e) {
            LOG.debug("resolv.conf names a server that is none: {}", literal, e);
        }
    }
}
