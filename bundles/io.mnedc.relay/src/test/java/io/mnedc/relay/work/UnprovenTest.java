package io.mnedc.relay.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What strangers can do to a secured relay before they have proved anything: little. */
@Timeout(180)
public class UnprovenTest {
    private static final int MOST = 20;

    @TempDir
    private Path directory;

    private final List<Socket> strangers = new ArrayList<>();
    private TestOverlay overlay;
    private TestRelay relay;

    @BeforeEach
    void start() throws Exception {
        overlay = new TestOverlay(directory);
        relay = TestRelay.with(overlay.settings().halfOpenPerSource(MOST));
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket stranger : strangers) {
            stranger.close();
        }
        relay.close();
    }

    private Socket stranger(byte... first) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(60_000);
        socket.connect(relay.address());
        socket.getOutputStream().write(first);
        strangers.add(socket);
        return socket;
    }

    @Test
    void aDeviceWithoutTlsIsToldThatItIsWanted() throws Exception {
        try (PlainDevice plain = new PlainDevice(relay.address())) {
            plain.sendPreamble(StreamKind.CONTROL);
            plain.send(plain.hello("a", 1));
            plain.receivePreamble();
            ErrorReport report = (ErrorReport) plain.receive();
            assertThat(TestOverlay.code(report)).isEqualTo(ErrorCode.SECURITY_MISMATCH);
            assertThat(report.sentence()).contains("security = tls");
            assertThat(plain.control.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(relay.count(Counter.REFUSED_SECURITY)).isEqualTo(1);
    }

    @Test
    void stalledHandshakesGiveWayAndAGoodDeviceFromTheSameAddressJoins() throws Exception {
        Identity good = overlay.identity("good", Instant.now());
        for (int i = 0; i < 5 * MOST; i++) {
            // some say nothing, some begin TLS, some begin to ask for something
            switch (i % 3) {
                case 0 -> stranger();
                case 1 -> stranger((byte) 0x16, (byte) 3, (byte) 1);
                default -> stranger((byte) 'M');
            }
        }
        TestRelay.eventually(() -> relay.count(Counter.CONNECTIONS) == 5 * MOST);
        assertThat(relay.relay().services().halfOpen().count()).isEqualTo(MOST);
        try (PlainDevice device = TestOverlay.joined(relay.address(), good, "good")) {
            assertThat(device.welcome.node()).isEqualTo(2);
            TestRelay.eventually(() -> relay.relay().services().halfOpen().count() < MOST);
        }
        assertThat(relay.count(Counter.REFUSED_LIMIT)).isGreaterThanOrEqualTo(4 * MOST);
        assertThat(strangers.get(0).getInputStream().read())
                .as("the oldest is closed")
                .isEqualTo(-1);
    }

    @Test
    void whoHadToGiveWayIsCountedOnce() throws Exception {
        Identity good = overlay.identity("good", Instant.now());
        // nobody is closed because time is up
        relay.restart(overlay.settings().halfOpenPerSource(MOST).handshake(Duration.ofMinutes(10)));
        for (int i = 0; i < 2 * MOST; i++) {
            stranger((byte) 0x16, (byte) 3, (byte) 1);
        }
        TestRelay.eventually(() -> relay.count(Counter.CONNECTIONS) == 2 * MOST
                && relay.relay().services().halfOpen().count() == MOST
                && relay.relay().services().halfOpen().begun() == MOST);
        // whoever comes later is served later: all that is to be said of the evicted has been said
        TestOverlay.joined(relay.address(), good, "good").close();
        assertThat(relay.count(Counter.REFUSED_LIMIT)).isBetween((long) MOST, MOST + 2L);
        assertThat(relay.count(Counter.REFUSED_TLS)).isZero();
    }

    @Test
    void stalledHandshakesEndInTimeAndAreForgotten() throws Exception {
        relay.restart(overlay.settings().halfOpenPerSource(MOST).handshake(Duration.ofMillis(500)));
        for (int i = 0; i < MOST / 2; i++) {
            stranger((byte) 0x16, (byte) 3, (byte) 1);
            stranger();
        }
        TestRelay.eventually(() -> relay.relay().services().halfOpen().count() == 0
                && relay.count(Counter.REFUSED_TLS) == MOST / 2
                && relay.count(Counter.REFUSED_TIMEOUT) == MOST / 2);
    }

    @Test
    void aRegisteredDeviceIsNotCountedAndNotClosedByAFlood() throws Exception {
        try (PlainDevice device =
                TestOverlay.joined(relay.address(), overlay.identity("good", Instant.now()), "good")) {
            for (int i = 0; i < 3 * MOST; i++) {
                stranger((byte) 0x16);
            }
            TestRelay.eventually(() -> relay.relay().services().halfOpen().count() == MOST);
            device.sendFrame(device.welcome.node(), new byte[10]);
            assertThat(device.receiveFrame().remaining()).isPositive();
        }
    }

    @Test
    void sourcesAreAddressesOrNetworksOfIpv6() throws Exception {
        assertThat(source("192.0.2.1")).isEqualTo(source("192.0.2.1")).isNotEqualTo(source("192.0.2.2"));
        assertThat(source("2001:db8::1")).isEqualTo(source("2001:db8::ffff:1"));
        assertThat(source("2001:db8:0:1::1")).isNotEqualTo(source("2001:db8::1"));
        assertThat(source("192.0.2.1")).hasToString("192.0.2.1");
        assertThat(source("2001:db8::1").toString()).endsWith("/64");
    }

    private static SourceNetwork source(String address) throws IOException {
        return SourceNetwork.of(new InetSocketAddress(InetAddress.getByName(address), 1));
    }
}
