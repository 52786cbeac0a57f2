package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.CommandResult;
import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.NestedOverlay;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.tool.Servers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Devices behind NATs find each other, and what they offer, by DNS: with the usual programs. */
@ExtendWith(NeedsLab.class)
class NamesTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String SERVER = "@10.0.0.1";

    @Test
    void devicesAndServicesAreFoundByName() throws IOException {
        try (NestedOverlay overlay = NestedOverlay.start(NeedsLab.directory(NamesTest.class))) {
            overlay.awaitReady();
            DeviceProcess a = overlay.a();
            DeviceProcess b = overlay.b();
            offer(b, "web:http:" + Servers.HTTP_PORT + "?path=/hash");
            JavaTool.serve(b.host());

            answered(a, b.ipv4(), "b.mnedc", "A");
            answered(a, b.ipv6(), "b.mnedc", "AAAA");
            answered(a, "b.mnedc.", "-x", b.ipv4());
            answered(a, "b.mnedc.", "-x", b.ipv6());
            answered(a, a.ipv4(), "a.mnedc", "A");
            assertThat(dig(a, "nobody.mnedc")).contains("status: NXDOMAIN", "SOA");
            assertThat(dig(a, "example.com")).contains("status: REFUSED");
            assertThat(a.host()
                            .exec("dig", "@" + ipv6Server(a), "+short", "b.mnedc", "A")
                            .orThrow()
                            .strip())
                    .isEqualTo(b.ipv4());

            answered(a, "mnedc.", "b._dns-sd._udp.mnedc", "PTR");
            answered(a, "_http._tcp.mnedc.", "_services._dns-sd._udp.mnedc", "PTR");
            answered(a, "web\\032on\\032b._http._tcp.mnedc.", "_http._tcp.mnedc", "PTR");
            answered(a, "0 0 " + Servers.HTTP_PORT + " b.mnedc.", "web\\032on\\032b._http._tcp.mnedc", "SRV");
            answered(a, "\"path=/hash\"", "web\\032on\\032b._http._tcp.mnedc", "TXT");

            try (NetnsFile resolver = new NetnsFile(a.host(), "resolv.conf", "nameserver 10.0.0.1\n")) {
                assertThat(resolver.path()).exists();
                assertThat(a.host().exec("getent", "ahostsv4", "b.mnedc").orThrow())
                        .startsWith(b.ipv4());
                assertThat(a.host().exec("getent", "hosts", b.ipv4()).orThrow()).contains("b.mnedc");
                String url = "http://b.mnedc:" + Servers.HTTP_PORT + "/hash/10/1";
                assertThat(a.host().exec("curl", "-sS", "-m20", url).orThrow()).isNotEmpty();
            }
            b.stop();
            Conversations.await(
                    "b has no name any more", BOUND, () -> dig(a, "b.mnedc").contains("NXDOMAIN"));
        }
    }

    private static void offer(DeviceProcess device, String service) throws IOException {
        Path file = device.data().resolve("etc/io.mnedc.device.config");
        Files.writeString(file, "services=[\"" + service + "\"]\n", StandardOpenOption.APPEND);
    }

    private static String dig(DeviceProcess from, String... asked) {
        List<String> command = new ArrayList<>(List.of("dig", SERVER, "+tries=2", "+time=5"));
        command.addAll(List.of(asked));
        CommandResult result = from.host().exec(command.toArray(String[]::new));
        return result.output().strip();
    }

    private static void answered(DeviceProcess from, String expected, String... asked) {
        List<String> brief = new ArrayList<>(List.of(asked));
        brief.add("+short");
        Conversations.await(
                "dig " + String.join(" ", asked) + " says " + expected,
                BOUND,
                () -> dig(from, brief.toArray(String[]::new)).equals(expected));
    }

    private static String ipv6Server(DeviceProcess device) {
        String own = device.ipv6();
        return own.substring(0, own.lastIndexOf(':') + 1) + "1";
    }
}
