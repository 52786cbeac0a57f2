package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.relay.audit.AuditThrottle;
import io.mnedc.relay.settings.Limits;
import io.mnedc.relay.settings.Policy;
import io.mnedc.relay.trust.Reenrolments;
import io.mnedc.relay.work.Counter;
import io.mnedc.relay.work.DeviceLog;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.testing.Log;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Devices with good keys that come again and again fill neither logs nor disk, and get few certificates. */
@Timeout(300)
class RestlessTest {
    private static final int TIMES = 300;
    /** Start and stop of a relay, and what it says once. */
    private static final int OTHER_LINES = 20;

    @TempDir
    private Path directory;

    private static List<String> lines(Path audit, String event) throws Exception {
        try (Stream<String> lines = Files.lines(audit.resolve(RelayDirectory.AUDIT))) {
            return lines.filter(line -> line.contains("\"event\":\"" + event + "\""))
                    .toList();
        }
    }

    private static long suppressed(Path audit) throws Exception {
        long sum = 0;
        for (String line : lines(audit, "suppressed")) {
            sum += Long.parseLong(line.replaceAll(".*\"count\":(\\d+).*", "$1"));
        }
        return sum;
    }

    @Test
    void comingAndGoingAsTheSameStartIsWrittenSoManyTimesAndThenCounted() throws Exception {
        Path data = directory.resolve("relay");
        try (Log log = new Log()) {
            try (TestRelay relay = TestRelay.with(new Policy(List.of(), Limits.NONE, 6), data)) {
                for (int i = 0; i < TIMES; i++) {
                    relay.joined("restless", 7).close();
                }
                try (PlainDevice quiet = relay.joined("quiet", 1)) {
                    assertThat(quiet.welcome).isNotNull();
                }
                TestRelay.eventually(() -> relay.relay().services().sessions().count() == 0);
                assertThat(log.lines("restless joined").size()
                                + log.lines("restless left").size()
                                + log.lines("restless from").size())
                        .isEqualTo(DeviceLog.LINES_PER_DEVICE);
                assertThat(log.lines("quiet joined")).hasSize(1);
                relay.relay()
                        .services()
                        .session()
                        .log()
                        .tell(System.nanoTime() + Duration.ofMinutes(2).toNanos());
                assertThat(log.lines("more lines about devices within a minute are left out"))
                        .singleElement()
                        .asString()
                        .contains("most of them about restless");
            }
            assertThat(log.lines("io.mnedc")).hasSizeLessThan(DeviceLog.LINES_PER_DEVICE + OTHER_LINES);
        }
        List<String> written = Stream.concat(lines(data, "joined").stream(), lines(data, "left").stream())
                .filter(line -> line.contains("restless"))
                .toList();
        assertThat(written).hasSize(AuditThrottle.CHANGES_PER_DEVICE);
        assertThat(suppressed(data)).isBetween((long) TIMES, 2L * TIMES);
        assertThat(lines(data, "joined")).anyMatch(line -> line.contains("quiet"));
    }

    /** With the same key each time, as if the answer had been lost. */
    private static ControlMessage enrol(TestRelay relay, JoinToken token, byte[] request) throws Exception {
        try (PlainDevice device = TestOverlay.enrolling(relay.address(), token)) {
            device.send(
                    new Enrol("greedy", token.id(), Opaque.copyOf(token.secret()), Opaque.copyOf(request), "test/1"));
            return device.receive();
        }
    }

    @Test
    void enrolmentByAUsedTokenIsGrantedAFewTimesAndThenCounted() throws Exception {
        TestOverlay overlay = new TestOverlay(directory);
        int granted = 0;
        try (Log log = new Log()) {
            try (TestRelay relay = TestRelay.with(overlay.settings())) {
                JoinToken token = overlay.token(Optional.empty(), 1);
                byte[] request = overlay.store("greedy").enrolmentRequest("greedy", token);
                for (int i = 0; i < TIMES / 2; i++) {
                    ControlMessage answer = enrol(relay, token, request);
                    if (answer instanceof Credentials) {
                        granted++;
                    } else {
                        assertThat(TestOverlay.code(answer)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
                    }
                }
                assertThat(relay.count(Counter.ENROLMENTS)).isEqualTo(granted);
                // another one is served meanwhile
                assertThat(overlay.enrolled(relay.address(), "other").identity())
                        .isNotNull();
                assertThat(log.lines("greedy")).hasSizeLessThanOrEqualTo(granted + 2);
            }
            assertThat(log.lines("io.mnedc")).hasSizeLessThan(2 * granted + OTHER_LINES);
        }
        // one a minute on a slow machine
        assertThat(granted).isBetween(Reenrolments.BURST, Reenrolments.BURST + 5);
        Path audit = overlay.directory();
        assertThat(lines(audit, "enrolled")).hasSize(granted + 1);
        assertThat(lines(audit, "refused").size()).isBetween(1, AuditThrottle.REFUSALS_PER_SOURCE * 6);
        assertThat(lines(audit, "refused").size() + suppressed(audit)).isEqualTo(TIMES / 2 - granted);
    }
}
