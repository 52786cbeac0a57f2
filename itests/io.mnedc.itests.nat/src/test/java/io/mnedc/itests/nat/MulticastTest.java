package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.tool.Groups;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What multicast does on one LAN, between devices behind different NATs: with programs that know nothing of the overlay. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MulticastTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String SSDP = "239.255.255.250";
    private static final String OTHER = "239.7.7.7";

    private final Path directory = NeedsLab.directory(MulticastTest.class).toAbsolutePath();
    private final List<LabProcess> started = new ArrayList<>();
    private NestedNats nats;
    private DeviceProcess a;
    private DeviceProcess b;
    private DeviceProcess c;

    @BeforeAll
    void start() {
        nats = NestedNats.build(directory);
        String press = RelayProcess.token(nats.relay(), "--group", "press");
        String office = RelayProcess.token(nats.relay(), "--uses", "2", "--group", "office");
        RelayProcess.start(nats.relay());
        c = DeviceProcess.join(nats.c(), "c", press);
        a = DeviceProcess.join(nats.a(), "a", office);
        b = DeviceProcess.join(nats.b(), "b", office);
        a.awaitReady();
        b.awaitReady();
        c.awaitReady();
    }

    @AfterAll
    void stop() {
        if (nats != null) {
            nats.close();
        }
    }

    @BeforeEach
    void all() throws IOException {
        become("all", a, b, c);
    }

    @AfterEach
    void end() {
        started.forEach(LabProcess::kill);
        started.clear();
    }

    /** Sets the mode while the devices run. */
    private static void become(String mode, DeviceProcess... devices) {
        for (DeviceProcess device : devices) {
            device.set("io.mnedc.device", "multicast", mode);
        }
        for (DeviceProcess device : devices) {
            Conversations.await(
                    device.name() + " has mode " + mode,
                    BOUND,
                    () -> device.host()
                                    .exec("ip", "link", "show", "dev", device.tun())
                                    .output()
                                    .contains("MULTICAST")
                            != mode.equals("off"));
        }
    }

    private LabProcess listen(DeviceProcess device, String group, int port, String... answer) {
        List<String> arguments = new ArrayList<>(List.of("listen", device.tun(), group, Integer.toString(port)));
        arguments.addAll(List.of(answer));
        LabProcess process = device.host().start(JavaTool.command(Groups.class, arguments.toArray(String[]::new)));
        started.add(process);
        process.awaitLog(Pattern.compile("^listening$"), BOUND);
        return process;
    }

    private static String send(DeviceProcess device, String group, int port, int count, int rate, String text) {
        return device.host()
                .exec(
                        BOUND,
                        JavaTool.command(
                                Groups.class,
                                "send",
                                device.tun(),
                                group,
                                Integer.toString(port),
                                Integer.toString(count),
                                Integer.toString(rate),
                                text))
                .orThrow();
    }

    private static boolean heard(LabProcess listener, String text, String from) {
        return listener.log().contains("heard " + text + " from " + from);
    }

    /** Sends again until it is heard: it takes a moment until others know of a listener. */
    private static void awaitHeard(LabProcess listener, DeviceProcess from, String group, int port, String address) {
        String text = "to-" + group;
        Conversations.await(text + " is heard", BOUND, () -> {
            send(from, group, port, 3, 10, text);
            return heard(listener, text, address);
        });
    }

    @Test
    void avahiDaemonsSeeEachOthersServices() throws IOException {
        become("discovery", a, b, c);
        List<Avahi> daemons = new ArrayList<>();
        try {
            for (DeviceProcess device : List.of(a, b, c)) {
                daemons.add(Avahi.start(device, "web-of-" + device.name(), 8080));
            }
            for (Avahi daemon : daemons) {
                Conversations.await("all services are seen", BOUND, () -> {
                    String seen = daemon.browse();
                    return List.of(a, b, c).stream()
                            .allMatch(device -> seen.lines()
                                    .anyMatch(line -> line.startsWith("=")
                                            && line.contains("web-of-" + device.name())
                                            && line.contains(
                                                    "host-" + device.name() + ".local;" + device.ipv4() + ";8080")));
                });
            }
        } finally {
            daemons.forEach(Avahi::stop);
        }
    }

    @Test
    void anSsdpSearchIsAnswered() throws IOException {
        become("discovery", a, b, c);
        listen(b, SSDP, 1900, "HTTP/1.1 200 OK");
        listen(c, SSDP, 1900, "HTTP/1.1 200 OK");
        Conversations.await("both answer", BOUND, () -> {
            String got = send(a, SSDP, 1900, 1, 1, "M-SEARCH * HTTP/1.1");
            return got.contains("answer HTTP/1.1 200 OK from " + b.ipv4())
                    && got.contains("answer HTTP/1.1 200 OK from " + c.ipv4());
        });
    }

    @Test
    void ipv6GroupsWork() {
        LabProcess onB = listen(b, "ff05::4242", 4242);
        LabProcess onC = listen(c, "ff02::fb", 5353);
        awaitHeard(onB, a, "ff05::4242", 4242, text(a.ipv6()));
        awaitHeard(onC, b, "ff02::fb", 5353, text(b.ipv6()));
        assertThat(onC.log()).noneMatch(line -> line.contains("4242"));
    }

    /** As Java writes it. */
    private static String text(String address) {
        try {
            return InetAddress.getByName(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address, e);
        }
    }

    @Test
    void broadcastsReachAll() {
        LabProcess onB = listen(b, "0.0.0.0", 4343);
        LabProcess onC = listen(c, "0.0.0.0", 4343);
        awaitHeard(onB, a, "10.0.0.255", 4343, a.ipv4());
        awaitHeard(onC, a, "10.0.0.255", 4343, a.ipv4());
    }

    @Test
    void nobodyElseGetsItAndTheSenderHearsItselfOnce() {
        LabProcess onB = listen(b, OTHER, 4444);
        LabProcess onA = listen(a, OTHER, 4444);
        LabProcess onC = listen(c, "239.7.7.8", 4444);
        awaitHeard(onB, a, OTHER, 4444, a.ipv4());
        long before = count(onA, "once");
        send(a, OTHER, 4444, 20, 50, "once");
        Conversations.await("b has all", BOUND, () -> count(onB, "once") >= 20);
        assertThat(count(onA, "once") - before).as("by its own kernel, no echo").isEqualTo(20);
        assertThat(count(onB, "once")).as("no duplicates").isEqualTo(20);
        assertThat(onC.log()).containsExactly("listening");
    }

    private static long count(LabProcess listener, String text) {
        return listener.log().stream()
                .filter(line -> line.startsWith("heard " + text + " "))
                .count();
    }

    @Test
    void discoveryAndOffLetNothingElseThrough() throws IOException {
        LabProcess onB = listen(b, OTHER, 4545);
        LabProcess ssdp = listen(b, SSDP, 1900);
        awaitHeard(onB, a, OTHER, 4545, a.ipv4());
        become("discovery", a);
        awaitHeard(ssdp, a, SSDP, 1900, a.ipv4());
        send(a, OTHER, 4545, 20, 50, "blocked");
        awaitMarker(ssdp, a, "marker");
        assertThat(count(onB, "blocked")).isZero();

        become("off", a);
        send(a, SSDP, 1900, 20, 50, "off");
        become("discovery", a);
        awaitMarker(ssdp, a, "again");
        assertThat(count(ssdp, "off")).isZero();
    }

    /** What was sent before would have arrived before. */
    private static void awaitMarker(LabProcess listener, DeviceProcess from, String text) {
        Conversations.await(text, BOUND, () -> {
            send(from, SSDP, 1900, 1, 1, text);
            return heard(listener, text, from.ipv4());
        });
    }

    @Test
    void devicesThatRulesKeepApartHearNothingOfEachOther() throws IOException {
        LabProcess onB = listen(b, OTHER, 4646);
        LabProcess onC = listen(c, OTHER, 4646);
        awaitHeard(onB, a, OTHER, 4646, a.ipv4());
        awaitHeard(onC, a, OTHER, 4646, a.ipv4());
        Path rules = directory.resolve("relay-relay/identity/rules");
        Files.writeString(rules, "deny group:press group:office\n");
        try {
            Conversations.await("a no longer reaches c", BOUND, () -> !reaches(a, c));
            long before = onC.log().size();
            send(a, OTHER, 4646, 50, 100, "apart");
            Conversations.await("b has all", BOUND, () -> count(onB, "apart") >= 50);
            assertThat(onC.log()).hasSize((int) before);
        } finally {
            Files.delete(rules);
        }
        Conversations.await("a reaches c", BOUND, () -> reaches(a, c));
        awaitHeard(onC, a, OTHER, 4646, a.ipv4());
    }

    private static boolean reaches(DeviceProcess from, DeviceProcess to) {
        return from.host().exec("ping", "-n", "-c1", "-W1", to.ipv4()).succeeded();
    }

    @Test
    void aFloodOfMulticastDoesNotHurtUnicast() {
        LabProcess onB = listen(b, OTHER, 4747);
        LabProcess onC = listen(c, OTHER, 4747);
        awaitHeard(onB, a, OTHER, 4747, a.ipv4());
        awaitHeard(onC, a, OTHER, 4747, a.ipv4());
        Conversations.awaitReached(b, c);
        long begun = System.nanoTime();
        LabProcess flood = a.host()
                .start(JavaTool.command(
                        Groups.class, "send", a.tun(), OTHER, "4747", "10000", "1000", "flood-" + "x".repeat(1000)));
        started.add(flood);
        Conversations.await("it has begun", BOUND, () -> onB.log().stream().anyMatch(line -> line.contains("flood")));
        for (int i = 0; i < 3; i++) {
            Conversations.ping(b, c.ipv4(), 1000);
            Conversations.ping(a, b.ipv4(), 1000);
        }
        flood.awaitLog(Pattern.compile("^sent$"), BOUND);
        long heard = onB.log().stream().filter(line -> line.contains("flood")).count();
        // 200 a second, and the burst of one second
        long seconds = Duration.ofNanos(System.nanoTime() - begun).toSeconds() + 1;
        assertThat(heard).isBetween(100L, 200 * (seconds + 1));
    }
}
