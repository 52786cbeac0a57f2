package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.Lab;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.jmdns.JmDNS;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.xbill.DNS.Message;

/** Relays that devices find by SRV records and in the LAN, with real DNS and multicast; and false ones beside them. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FindingTheRelayTest {
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** An address of the LAN that nobody has. */
    private static final String DEAD = "192.168.1.200";

    private final Path directory = NeedsLab.directory(FindingTheRelayTest.class).toAbsolutePath();
    private final List<NetnsFile> resolvers = new ArrayList<>();
    private Lab lab;
    private RelayProcess relay;
    private RelayProcess stranger;
    private String token;

    @BeforeAll
    void start() {
        lab = Lab.build(
                directory,
                topology -> topology.router("main", "192.168.1.0/24")
                        .host("relay")
                        .host("stranger")
                        .host("dns")
                        .host("a")
                        .host("b")
                        .host("c"));
        // the token names an address that nobody has: what reaches the relay has found it
        token = RelayProcess.tokenFor(lab.host("relay"), DEAD, "--uses", "9");
        relay = RelayProcess.start(lab.host("relay")).awaitReady();
        stranger = RelayProcess.start(lab.host("stranger")).awaitReady();
    }

    @AfterAll
    void stop() throws IOException {
        if (lab != null) {
            lab.close();
        }
        for (NetnsFile resolver : resolvers) {
            resolver.close();
        }
    }

    private static void announceAndAwait(RelayProcess of) {
        of.set("io.mnedc.relay", "announce.lan", true);
        of.process().awaitLog(Pattern.compile("announced by multicast DNS in .*192\\.168\\.1\\."), BOUND);
    }

    private DeviceProcess join(String host, String id, String relays) {
        return DeviceProcess.join(lab.host(host), id, token, "--relay", relays);
    }

    private static void awaitLog(DeviceProcess device, String pattern) {
        device.process().awaitLog(Pattern.compile(pattern), BOUND);
    }

    @Test
    void inTheLanTheTrueRelayIsFoundAndTheFalseOneRefused() throws IOException {
        Host evil = lab.host("stranger");
        LabProcess false1 = evil.start(JavaTool.command(
                List.of(JmDNS.class, Logger.class), JmDnsPeer.class, "announce", evil.address(), "3334"));
        false1.awaitLog(Pattern.compile("^announced"), BOUND);
        DeviceProcess a = join("a", "lan-a", "lan");
        // what another implementation announces is found, tried, and told; a log that has told of another failure waits
        // a minute
        a.process()
                .awaitLog(
                        Pattern.compile("lan: 192.168.1.11:3334: .*not the one of the join token"),
                        Duration.ofMinutes(5));

        announceAndAwait(relay);
        a.awaitReady();
        assertThat(stranger.process().log()).noneMatch(line -> line.contains("lan-a"));

        // another implementation finds what we announce
        Host c = lab.host("c");
        LabProcess browsing = c.start(
                JavaTool.command(List.of(JmDNS.class, Logger.class), JmDnsPeer.class, "list", c.address(), "0"));
        browsing.awaitLog(Pattern.compile("found 3334 .*" + relay.host().address()), BOUND);
        false1.kill();

        // a device that comes back knows where the relay was, whether it announces itself or not
        a.stop();
        relay.set("io.mnedc.relay", "announce.lan", false);
        // by one of its addresses: that of IPv6 is a link-local one, with the name of the interface
        assertThat(a.data().resolve("identity/relay"))
                .content()
                .containsPattern("^lan (192\\.168\\.1\\.10|\\[fe80:.*%eth0\\]):3334 ");
        a.startAgain();
        a.awaitReady();
        a.stop();
        assertThat(a.data().resolve("identity/relay")).exists();
    }

    @Test
    void bySrvRecordsTheNextHostIsTriedAndAChangeIsSeen() throws IOException {
        Host dns = lab.host("dns");
        Path zone = directory.resolve("zone");
        // the first host is dead at both of its addresses
        write(zone, "_mnedc._tcp.example.test SRV 0 0 3334 dead.example.test.", "dead.example.test A " + DEAD);
        dns.start(JavaTool.command(
                        List.of(Message.class, Logger.class), ZoneServer.class, zone.toString(), dns.address()))
                .awaitLog(Pattern.compile("^serving"), BOUND);
        resolvers.add(new NetnsFile(lab.host("b"), "resolv.conf", "nameserver " + dns.address() + "\n"));
        DeviceProcess b = join("b", "srv-b", "srv:example.test");
        awaitLog(b, "srv:example.test: dead.example.test:3334: ");

        // the answers may be kept for an hour, if one asks the cache of the Java runtime
        write(
                zone,
                "_mnedc._tcp.example.test SRV 0 0 3334 dead.example.test.",
                "_mnedc._tcp.example.test SRV 1 0 3334 relay.example.test.",
                "dead.example.test A " + DEAD,
                "dead.example.test A 192.168.1.201",
                "relay.example.test A " + relay.host().address());
        b.awaitReady();
        assertThat(b.data().resolve("identity/relay"))
                .content()
                .startsWith("srv:example.test relay.example.test:3334 192.168.1.10:3334");
        b.stop();

        // a name whose address changes is seen by a device that runs
        write(zone, "moving.example.test A " + DEAD);
        DeviceProcess later = join("b", "moving-b", "moving.example.test");
        awaitLog(later, "moving.example.test:3334: ");
        write(zone, "moving.example.test A " + relay.host().address());
        later.awaitReady();
        later.stop();
    }

    private static void write(Path zone, String... lines) throws IOException {
        Path next = Files.write(zone.resolveSibling("zone.tmp"), List.of(lines));
        Files.move(next, zone, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
