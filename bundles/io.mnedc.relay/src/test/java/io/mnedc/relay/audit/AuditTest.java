package io.mnedc.relay.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonObject;
import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.events.EventListeners;
import io.mnedc.relay.events.EventRecorder;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.settings.Policy;
import io.mnedc.relay.work.Counter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class AuditTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-01-02T12:00:00Z"), ZoneOffset.UTC);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private Path file() {
        return directory.resolve("audit.jsonl");
    }

    private List<JsonObject> lines() throws IOException {
        try (var lines = Files.lines(file())) {
            return lines.map(line -> Json.parse(line).asObject()).toList();
        }
    }

    private List<String> events() throws IOException {
        return lines().stream().map(line -> line.getString("event", "")).toList();
    }

    @Test
    void whatHappensAtARelayIsALineOfJsonEach() throws Exception {
        directory = directory.resolve("relay");
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory);
                PlainDevice stranger = new PlainDevice(relay.address())) {
            try (PlainDevice a = relay.joined("a")) {
                a.send(new Bye("good night"));
                TestRelay.eventually(() -> events().contains("left"));
            }
            stranger.control.getOutputStream().write("GET / HT".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            TestRelay.eventually(() -> events().contains("refused"));
            relay.become(TestRelay.rules("default deny"));
        }
        assertThat(events()).containsExactly("started", "joined", "left", "refused", "rules-changed", "stopped");
        JsonObject joined = lines().get(1);
        assertThat(joined.getString("device", "")).isEqualTo("a");
        assertThat(joined.getString("remote", "")).startsWith("127.0.0.1:");
        assertThat(Instant.parse(joined.getString("time", ""))).isBefore(Instant.now());
        assertThat(lines().get(2).getString("detail", "")).contains("good night");
        assertThat(lines().get(3).getString("detail", "")).contains("refused.not-mnedc");
        assertThat(lines().get(4).getString("detail", "")).contains("default deny");
    }

    @Test
    void whatAnAttackerWritesStaysInsideItsString() throws Exception {
        try (AuditLog log = AuditLog.open(directory, NOON, lost -> {})) {
            log.happened(
                    new RelayEvent(NOON.instant(), Kind.LEFT, "a", "", "\"}\n{\"event\":\"joined\", \u0000 ü \u2028"));
        }
        assertThat(lines())
                .singleElement()
                .satisfies(line -> assertThat(line.getString("detail", ""))
                        .isEqualTo("\"}\n{\"event\":\"joined\", \u0000 ü \u2028"));
    }

    @Test
    void onlyTheOwnerCanReadItAndALineCutOffByACrashIsEnded() throws Exception {
        Files.writeString(file(), "{\"event\":\"joi");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r--r--"));
        try (AuditLog log = AuditLog.open(directory, NOON, lost -> {})) {
            log.happened(new RelayEvent(NOON.instant(), Kind.JOINED, "a", "", ""));
        }
        assertThat(Files.readAllLines(file()))
                .containsExactly(
                        "{\"event\":\"joi",
                        "{\"time\":\"2026-01-02T12:00:00Z\",\"event\":\"joined\",\"device\":\"a\"}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void fiveOlderFilesAreKept() throws Exception {
        RotatingFile rotating = new RotatingFile(file(), 10);
        for (int i = 0; i < 20; i++) {
            rotating.append("line number " + i + "\n");
        }
        rotating.close();
        assertThat(Files.readString(file())).isEqualTo("line number 19\n");
        for (int i = 1; i <= RotatingFile.KEPT; i++) {
            assertThat(Files.readString(directory.resolve("audit.jsonl." + i)))
                    .isEqualTo("line number " + (19 - i) + "\n");
        }
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(6);
        }
    }

    @Test
    void aLogThatCannotBeOpenedKeepsTheRelayFromStartingAndSaysWhatToDo() throws Exception {
        Path relayDirectory = directory.resolve("relay");
        TestRelay.with(Policy.DEFAULT, relayDirectory).close();
        Path log = relayDirectory.resolve("audit.jsonl");
        Files.delete(log);
        Files.createDirectory(log);
        assertThatThrownBy(() -> TestRelay.with(Policy.DEFAULT, relayDirectory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(log.toString())
                .hasMessageContaining("move it away");
        Files.delete(log);
        Files.createSymbolicLink(log, Path.of("/dev/null"));
        assertThatThrownBy(() -> TestRelay.with(Policy.DEFAULT, relayDirectory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(log.toString())
                .hasMessageContaining("is a symbolic link");
        Files.delete(log);
        TestRelay.with(Policy.DEFAULT, relayDirectory).close();
    }

    /** Where nothing can be written any more, as on a full disk: the file must make way, and cannot. */
    private void block() throws IOException {
        Files.createDirectories(directory.resolve("audit.jsonl.5").resolve("something"));
        Files.writeString(directory.resolve("audit.jsonl.4"), "old\n");
        Files.writeString(file(), "x".repeat(10 << 20));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    private void unblock() throws IOException {
        Files.delete(directory.resolve("audit.jsonl.5").resolve("something"));
        Files.delete(directory.resolve("audit.jsonl.5"));
    }

    @Test
    void aLogThatCannotBeWrittenStopsNobodyAndIsCounted() throws Exception {
        directory = Files.createDirectory(directory.resolve("relay"));
        block();
        try (TestRelay relay = TestRelay.with(Policy.DEFAULT, directory)) {
            try (PlainDevice a = relay.joined("a");
                    PlainDevice b = relay.joined("b")) {
                a.sendFrame(b.welcome.node(), new byte[] {1});
                assertThat(PlainDevice.payload(b.receiveFrame())).containsExactly(1);
            }
            // started, two joined, two left
            TestRelay.eventually(() -> relay.count(Counter.AUDIT_LOST) == 5);
            unblock();
            PlainDevice.joined(relay.address(), "c").close();
            TestRelay.eventually(() -> relay.count(Counter.LEAVES) == 3);
        }
        assertThat(lines().get(0).getString("event", "")).isEqualTo("joined");
        assertThat(lines()).anySatisfy(line -> {
            assertThat(line.getString("event", "")).isEqualTo("lost");
            assertThat(line.getInt("count", 0)).isEqualTo(5);
        });
    }

    @Test
    void aDiskThatIsFullAtTheStartDoesNotKeepTheRelayOff() throws Exception {
        Files.writeString(file(), "{\"event\":\"joi");
        RotatingFile full = new RotatingFile(file());
        full.open();
        assertThat(Files.readString(file()))
                .as("nothing is written before there is something to write")
                .endsWith("joi");
        full.append("{}\n");
        full.close();
        assertThat(Files.readAllLines(file())).containsExactly("{\"event\":\"joi", "{}");
    }

    @Test
    void aFileThatWasMovedAwayIsMadeAnew() throws Exception {
        RotatingFile rotating = new RotatingFile(file());
        rotating.append("one\n");
        Files.move(file(), directory.resolve("moved"));
        rotating.append("two\n");
        rotating.close();
        assertThat(Files.readString(file())).isEqualTo("two\n");
    }

    @Test
    void anAttackerCannotFillTheDiskAndWhatIsLeftOutIsCounted() throws Exception {
        Counter.Set counters = new Counter.Set();
        try (AuditLog log = AuditLog.open(directory, NOON, lost -> counters.add(Counter.AUDIT_LOST, lost));
                EventListeners listeners = new EventListeners()) {
            listeners.add(log, log::passes, log::quiet);
            Events events = new EventRecorder(NOON, counters, listeners);
            for (int i = 0; i < 5000; i++) {
                events.record(Kind.REFUSED, "", "192.0.2.1:" + i, "x");
            }
            events.record(Kind.REFUSED, "", "192.0.2.2:1", "somebody else");
        }
        assertThat(count(counters, Counter.AUDIT_LOST))
                .as("what is left out is not lost")
                .isZero();
        assertThat(count(counters, Counter.EVENTS_LOST)).isZero();
        assertThat(lines()).hasSize(AuditThrottle.REFUSALS_PER_SOURCE + 2);
        JsonObject sum = lines().get(lines().size() - 1);
        assertThat(sum.getString("event", "")).isEqualTo("suppressed");
        assertThat(sum.getInt("count", 0)).isEqualTo(5000 - AuditThrottle.REFUSALS_PER_SOURCE);
        assertThat(sum.getString("detail", "")).contains("192.0.2.1");
    }

    /** The disk does not answer; what has no room meanwhile is lost, and a flood is not among it. */
    @Test
    void aFloodThatIsLeftOutTakesNoRoomFromOthers() throws Exception {
        Counter.Set counters = new Counter.Set();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        AuditLog log = AuditLog.open(directory, NOON, lost -> counters.add(Counter.AUDIT_LOST, lost));
        EventListeners listeners = new EventListeners();
        listeners.add(log, log::passes, () -> {
            entered.countDown();
            await(free);
            log.quiet();
        });
        Events events = new EventRecorder(NOON, counters, listeners);
        entered.await();
        for (int i = 0; i < 100_000; i++) {
            events.record(Kind.REFUSED, "", "192.0.2.1:" + i, "x");
        }
        events.record(Kind.REVOKED, "a", "", "stolen");
        free.countDown();
        listeners.close();
        log.close();
        assertThat(count(counters, Counter.EVENTS_LOST)).isZero();
        assertThat(events())
                .hasSize(AuditThrottle.REFUSALS_PER_SOURCE + 2)
                .contains("revoked")
                .endsWith("suppressed");
        assertThat(lines().get(lines().size() - 1).getInt("count", 0))
                .isEqualTo(100_000 - AuditThrottle.REFUSALS_PER_SOURCE);
    }

    private static long count(Counter.Set counters, Counter counter) {
        return counters.values().getOrDefault(counter.label(), -1L);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aLogThatIsClosedWhileItsDiskDoesNotAnswerIsCompleteLater() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        AuditLog log = AuditLog.open(directory, NOON, lost -> {
            entered.countDown();
            await(free);
        });
        log.happened(new RelayEvent(NOON.instant(), Kind.JOINED, "a", "", ""));
        Thread slow = new Thread(() -> {
            log.lost(3);
            log.quiet();
        });
        slow.start();
        entered.await();
        log.close();
        free.countDown();
        slow.join();
        assertThat(events()).containsExactly("joined", "lost");
    }

    @Test
    void anInterruptedThreadCanCloseIt() throws Exception {
        AuditLog log = AuditLog.open(directory, NOON, lost -> {});
        log.happened(new RelayEvent(NOON.instant(), Kind.JOINED, "a", "", ""));
        Thread.currentThread().interrupt();
        log.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(events()).containsExactly("joined");
    }

    @Test
    void manySourcesTogetherHaveALimitToo() {
        AuditThrottle throttle = new AuditThrottle();
        long now = System.nanoTime();
        int passed = 0;
        for (int i = 0; i < 100_000; i++) {
            passed += throttle.pass(Kind.REFUSED, "", "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), now)
                    ? 1
                    : 0;
        }
        assertThat(passed).isEqualTo(AuditThrottle.REFUSALS);
        assertThat(throttle.pass(Kind.REVOKED, "a", "", now)).as("what matters").isTrue();
        long later = now + TimeUnit.MINUTES.toNanos(2);
        assertThat(throttle.sum(later).events()).isEqualTo(100_000 - AuditThrottle.REFUSALS);
        assertThat(throttle.pass(Kind.REFUSED, "", "10.0.0.1", later)).isTrue();
    }

    @Test
    void aSourceIsAHostOrAnIpv6Network() {
        assertThat(AuditThrottle.source("192.0.2.1:55")).isEqualTo("192.0.2.1");
        assertThat(AuditThrottle.source("/192.0.2.1:55")).isEqualTo("192.0.2.1");
        assertThat(AuditThrottle.source("[2001:db8:1:2:3:4:5:6]:77"))
                .isEqualTo(AuditThrottle.source("/[2001:db8:1:2:9:9:9:9]:5"));
    }
}
