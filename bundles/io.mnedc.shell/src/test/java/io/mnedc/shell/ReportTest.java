package io.mnedc.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayTry;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.text.PlainText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    @Test
    void columnsAreAsWideAsTheirContentAndNumbersStandToTheRight() {
        assertThat(new Table("NAME", "COUNT")
                        .row("a", 5)
                        .row("longer", 1234)
                        .render("")
                        .lines())
                .containsExactly("NAME    COUNT", "a           5", "longer   1234");
    }

    @Test
    void relayStatusShowsSessionsAndWarnsOfMissingSecurity() {
        var session = new RelayStatus.Session(
                "gw-1",
                2,
                List.of("10.0.0.2", "fd00::2"),
                "192.0.2.7:40000",
                "mnedc/0.1.0",
                true,
                NOW.minusSeconds(75),
                10,
                1500,
                20,
                2_500_000,
                3);
        var relay = new RelayStatus.Snapshot(
                List.of("0.0.0.0:3334"),
                "10.0.0.0/24",
                "none",
                NOW.minus(Duration.ofHours(2)),
                List.of(session),
                Map.of("frames.in", 10L, "bytes.in", 1500L));
        assertThat(StatusReport.relay(relay, Optional.of(NOW.plus(Duration.ofDays(3))), NOW))
                .containsPattern("certificate +good until .*3 d 0 h")
                .contains("0.0.0.0:3334", "10.0.0.0/24", "WARNING: security=none", "2 h 0 min")
                .containsPattern("gw-1 +2 +10.0.0.2 fd00::2 +192.0.2.7:40000 .* yes +1 min 15 s +1.5 kB +2.5 MB +3")
                .containsSubsequence("bytes.in", "frames.in");
    }

    @Test
    void textFromElsewhereMovesNothingOnTheTerminal() {
        String hostile = "a\u001b[2J\u202eb\nc\u009b";
        var session = new RelayStatus.Session(
                "gw-1", 2, List.of("10.0.0.2"), hostile, hostile, true, NOW, 10, 1500, 20, 2_500_000, 3);
        var relay = new RelayStatus.Snapshot(
                List.of(hostile), "10.0.0.0/24", "tls", NOW, List.of(session), Map.of("frames.in", 10L));
        var device = new DeviceStatus.Snapshot(
                hostile,
                DeviceStatus.State.FAILED,
                NOW,
                hostile,
                List.of(hostile, hostile),
                List.of(),
                hostile,
                "tls",
                Optional.empty(),
                Optional.of(hostile),
                Map.of(),
                Optional.of(new DeviceStatus.Multicast(hostile, List.of(hostile), 1)));
        var tries = List.of(new RelayTry(
                hostile,
                RelayTry.Source.LAN,
                hostile,
                RelayTry.Outcome.DISTRUSTED,
                hostile,
                NOW,
                Duration.ofMillis(12)));
        for (String report : List.of(
                StatusReport.relay(relay, Optional.empty(), NOW),
                StatusReport.device(device, StatusReport.overlay(hostile, 3), hostile, tries, NOW))) {
            assertThat(report).contains("a?[2J?b?c?").isEqualTo(PlainText.lines(report));
            assertThat(report.lines()).noneMatch(line -> line.startsWith("c"));
        }
    }

    @Test
    void deviceStatusNamesTheProblem() {
        var device = new DeviceStatus.Snapshot(
                "gw-1",
                DeviceStatus.State.FAILED,
                NOW,
                "relay:3334",
                List.of("relay:3334", "other:3334"),
                List.of(),
                "",
                "tls",
                Optional.of(new DeviceStatus.Certificate(NOW.plus(Duration.ofDays(300)), List.of("ab".repeat(32)))),
                Optional.of("CAP_NET_ADMIN is missing"),
                Map.of(),
                Optional.of(new DeviceStatus.Multicast("discovery", List.of("224.0.0.251", "ff02:0:0:0:0:0:0:fb"), 7)));
        var tries = List.of(
                new RelayTry(
                        "srv:example.org",
                        RelayTry.Source.SRV,
                        "192.0.2.1:3334",
                        RelayTry.Outcome.NO_ANSWER,
                        "connection timed out",
                        NOW.minusSeconds(7),
                        Duration.ofSeconds(5)),
                new RelayTry(
                        "lan",
                        RelayTry.Source.LAN,
                        "",
                        RelayTry.Outcome.NOT_FOUND,
                        "no relay announces itself",
                        NOW.minusSeconds(2),
                        Duration.ZERO));
        assertThat(StatusReport.device(device, "", "gw-1.mnedc", tries, NOW))
                .containsPattern("name +gw-1.mnedc")
                .containsPattern("srv:example.org +srv +192.0.2.1:3334 +no answer +5000 ms +7 s +connection timed out")
                .containsPattern("lan +lan +- +not found +0 ms +2 s +no relay announces itself")
                .contains("Device gw-1", "FAILED", "CAP_NET_ADMIN is missing", "relay:3334, other:3334")
                .containsPattern("certificate +good until .*300 d")
                .containsPattern(
                        "multicast +discovery, groups 224.0.0.251 ff02:0:0:0:0:0:0:fb, other devices that listen: 7")
                .containsPattern("trusted CA +" + "ab".repeat(32))
                .doesNotContain("WARNING");
    }

    @Test
    void peersAreListedWithWhatTheyOffer() {
        var directory = FixedDirectory.of(
                FixedDirectory.peer("a", 2, new OfferedService("web", "http", 80), new OfferedService("db", "", 0)),
                FixedDirectory.peer("b", 3));
        assertThat(PeerReport.of(directory).lines().toList())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("DEVICE"),
                        a -> assertThat(a).matches("a +2 +10.0.0.2 +fd00:1:2:3::2 .*linux-amd64 +osgi +web:http:80 db"),
                        b -> assertThat(b).matches("b +3 .* -"),
                        own -> assertThat(own).contains("linux-arm", "container", "services -"));
        assertThat(PeerReport.of(FixedDirectory.of())).startsWith("No peers.");
    }

    @Test
    void amountsAndAgesAreReadable() {
        assertThat(List.of(Text.bytes(999), Text.bytes(1000), Text.bytes(7_200_000_000L)))
                .containsExactly("999 B", "1.0 kB", "7.2 GB");
        assertThat(List.of(
                        Text.age(Duration.ofSeconds(59)),
                        Text.age(Duration.ofSeconds(61)),
                        Text.age(Duration.ofMinutes(61)),
                        Text.age(Duration.ofHours(49))))
                .containsExactly("59 s", "1 min 1 s", "1 h 1 min", "2 d 1 h");
    }

    @Test
    void longestRunOfZerosIsLeftOutOfAnAddress() {
        assertThat(List.of(
                        Text.address("fd00:0:0:1:0:0:0:2"),
                        Text.address("fd00:1:2:3:4:5:6:7"),
                        Text.address("fd00:1:2:3:0:0:0:0"),
                        Text.address("10.0.0.2")))
                .containsExactly("fd00:0:0:1::2", "fd00:1:2:3:4:5:6:7", "fd00:1:2:3::", "10.0.0.2");
    }

    @Test
    void commandsSayWhatIsMissing() {
        var commands = new ShellCommands();
        assertThat(commands.statusText()).contains("io.mnedc.relay", "io.mnedc.device");
        assertThat(commands.peersText()).contains("io.mnedc.device");
        assertThat(commands.leasesText()).contains("io.mnedc.address");
    }

    @Test
    void whatComponentsHaveToSayIsInTheStatus() {
        var commands = new ShellCommands();
        var notice = new Notice("io.mnedc.device", "configuration refused: mtu = \"12\"");
        commands.addNotice(notice);
        assertThat(commands.statusText()).contains("Notice of io.mnedc.device: configuration refused: mtu");
        commands.removeNotice(notice);
        assertThat(commands.statusText()).doesNotContain("refused");
    }
}
