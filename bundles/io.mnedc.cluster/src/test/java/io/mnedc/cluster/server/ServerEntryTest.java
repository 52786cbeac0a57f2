package io.mnedc.cluster.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How servers are written and read; the text may come from another relay. */
class ServerEntryTest {
    @Test
    void whatIsWrittenIsRead() {
        List<ServerEntry> servers = List.of(
                new ServerEntry(1, "relay-1.example.net", 2888, true),
                new ServerEntry(254, "[2001:db8::7]", 65_533, false));
        assertThat(servers.get(0).line())
                .isEqualTo("server.1=relay-1.example.net:2888:2889:participant;127.0.0.1:2890");
        assertThat(ServerEntry.all(servers.get(0).line() + "\n" + servers.get(1).line() + "\nversion=100000000\n"))
                .isEqualTo(servers);
        assertThat(ServerEntry.all("server.1=relay-1.example.net:2888:2889:participant;"
                        + "server.254=[2001:db8::7]:65533:65534:observer"))
                .isEqualTo(servers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "server.0=a:1:2:participant",
                "server.255=a:1:2:participant",
                "server.1=a:0:1:participant",
                "server.1=a:65534:65535:participant",
                "server.1=a b:1:2:participant",
                "server.1=a:1:2",
                "server.1=a:1:2:leader",
                "server.1=a:1:2:participant\nserver.1=b:1:2:participant",
                "server.1=a:1:2:participant;x y"
            })
    void whatCannotBeAServerIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ServerEntry.all(text));
    }

    @Test
    void aListIsBounded() {
        String most = IntStream.rangeClosed(1, 254)
                .mapToObj(i -> "server." + i + "=a:1:2:observer")
                .collect(Collectors.joining("\n"));
        assertThat(ServerEntry.all(most)).hasSize(254);
    }

    @Test
    void aPlaceIsTakenByAnotherServerOnly() {
        var servers = List.of(
                ServerEntry.of(1, "relay-1.example:2888", true), ServerEntry.of(2, "relay-2.example:2888", false));
        assertThat(ServerEntry.of(3, "Relay-1.example:2888", false).isTakenIn(servers))
                .isTrue();
        assertThat(ServerEntry.of(1, "relay-1.example:2888", false).isTakenIn(servers))
                .isFalse();
        assertThat(ServerEntry.of(3, "relay-1.example:2889", false).isTakenIn(servers))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a:", "a:0", "a:65534", ":1", "a b:1", "::1:2888", "a:01"})
    void anAddressThatIsNoneIsNamed(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ServerEntry.of(1, text, true));
    }
}
