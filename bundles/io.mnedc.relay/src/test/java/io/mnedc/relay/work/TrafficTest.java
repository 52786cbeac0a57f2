package io.mnedc.relay.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.relay.RelayStatus;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.TestSettings;
import io.mnedc.relay.WithRelay;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Devices on a relay without security, and what they say to each other. */
@Timeout(180)
class TrafficTest extends WithRelay {
    private static final byte[] HI = {1, 2, 3};

    @Test
    void aDeviceIsLeasedAnAddressAndTheSameOneAgain() throws Exception {
        int node;
        try (PlainDevice device = relay.joined("a")) {
            node = device.welcome.node();
            assertThat(node).isEqualTo(2);
            assertThat(device.welcome.prefixLength()).isEqualTo(24);
        }
        try (PlainDevice other = relay.joined("b");
                PlainDevice again = relay.joined("a")) {
            assertThat(other.welcome.node()).isEqualTo(3);
            assertThat(again.welcome.node()).isEqualTo(node);
        }
    }

    @Test
    void framesReachTheirDestinationUnchangedAndInOrder() throws Exception {
        Random random = new Random(3);
        try (PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            for (int size : new int[] {0, 1, 100, 1500, 65_535, 40_000, 5}) {
                byte[] payload = new byte[size];
                random.nextBytes(payload);
                a.sendFrame(b.welcome.node(), payload);
                ByteBuffer frame = b.receiveFrame();
                assertThat(PlainDevice.payload(frame)).isEqualTo(payload);
                assertThat(DataFrame.source(frame, 0)).isEqualTo(a.welcome.node());
            }
        }
    }

    @Test
    void framesToDifferentDevicesInOneWriteAreTakenApart() throws Exception {
        try (PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b");
                PlainDevice c = relay.joined("c")) {
            var bytes = new java.io.ByteArrayOutputStream();
            int[] destinations = {3, 3, 4, 3, 99, 4, 4, Protocol.RELAY_NODE, 3};
            for (int i = 0; i < destinations.length; i++) {
                boolean echo = destinations[i] == Protocol.RELAY_NODE;
                bytes.write(a.frame(
                        a.welcome.node(), destinations[i], echo ? DataFrame.ECHO : DataFrame.PACKET, new byte[] {
                            (byte) i
                        }));
            }
            a.data.getOutputStream().write(bytes.toByteArray());
            for (int i : new int[] {0, 1, 3, 8}) {
                assertThat(PlainDevice.payload(b.receiveFrame())).containsExactly(i);
            }
            for (int i : new int[] {2, 5, 6}) {
                assertThat(PlainDevice.payload(c.receiveFrame())).containsExactly(i);
            }
            ByteBuffer reply = a.receiveFrame();
            assertThat(DataFrame.type(reply, 0)).isEqualTo(DataFrame.ECHO_REPLY);
            assertThat(PlainDevice.payload(reply)).containsExactly(7);
            TestRelay.eventually(() -> relay.count(Counter.FRAMES_IN) == destinations.length);
            assertThat(relay.count(Counter.DROP_NO_DESTINATION)).isEqualTo(1);
            assertThat(relay.count(Counter.FRAMES_OUT)).isEqualTo(7);
        }
    }

    @Test
    void aFrameInAnothersNameIsDroppedAndCounted() throws Exception {
        try (PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            a.data.getOutputStream().write(a.frame(77, b.welcome.node(), DataFrame.PACKET, HI));
            a.sendFrame(b.welcome.node(), new byte[] {9});
            assertThat(PlainDevice.payload(b.receiveFrame())).containsExactly(9);
            assertThat(relay.count(Counter.DROP_SPOOFED_SOURCE)).isEqualTo(1);
        }
    }

    @Test
    void everybodyHearsWhoJoinsChangesAndLeaves() throws Exception {
        try (PlainDevice a = relay.joined("a")) {
            assertThat(a.await(Announce.class).changes()).isEmpty();
            NodeInfo info = new NodeInfo("linux-amd64", "osgi", List.of(new ServiceRecord("web", "http", 80)));
            try (PlainDevice b = relay.joined("b")) {
                assertThat(b.await(Announce.class).changes())
                        .singleElement()
                        .isInstanceOfSatisfying(
                                Change.Present.class,
                                p -> assertThat(p.node().deviceId()).isEqualTo("a"));
                assertThat(a.await(Announce.class).changes())
                        .singleElement()
                        .isInstanceOfSatisfying(
                                Change.Present.class,
                                p -> assertThat(p.node().node()).isEqualTo(3));
                b.send(new Publish(info));
                assertThat(a.await(Announce.class).changes())
                        .singleElement()
                        .isInstanceOfSatisfying(
                                Change.Present.class,
                                p -> assertThat(p.node().info()).isEqualTo(info));
                b.send(new Bye("done"));
                Announce gone = a.await(Announce.class);
                assertThat(gone.changes()).containsExactly(new Change.Absent("b"));
                assertThat(gone.sequence()).isEqualTo(4);
            }
        }
    }

    @Test
    void anEnvelopeIsPassedOnUnderItsTrueSource() throws Exception {
        try (PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            a.send(new Envelope(99, b.welcome.node(), 2, Opaque.copyOf(HI)));
            assertThat(b.await(Envelope.class))
                    .isEqualTo(new Envelope(a.welcome.node(), b.welcome.node(), 2, Opaque.copyOf(HI)));
            a.send(new Envelope(0, 50, 2, Opaque.copyOf(HI)));
            ErrorReport notice = a.await(ErrorReport.class);
            assertThat(notice.code()).isEqualTo(ErrorCode.PEER_UNKNOWN.number());
            assertThat(notice.fatal()).isFalse();
        }
    }

    @Test
    void aNewDataStreamReplacesTheOldOne() throws Exception {
        try (PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            var old = b.data;
            b.bind();
            assertThat(old.getInputStream().read()).isEqualTo(-1);
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
        }
    }

    @Test
    void aBrokenFrameEndsItsDataStreamButNotTheSession() throws Exception {
        try (PlainDevice a = relay.joined("a")) {
            a.data.getOutputStream().write(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0});
            assertThat(a.data.getInputStream().read()).isEqualTo(-1);
            a.bind();
            assertThat(relay.relay().status().snapshot().sessions()).allMatch(RelayStatus.Session::dataBound);
            assertThat(relay.relay().status().snapshot().sessions()).hasSize(1);
        }
    }

    @Test
    void aDeviceThatFallsSilentLeavesAfterThreeIntervals() throws Exception {
        relay.restart(new TestSettings().keepalive(Duration.ofMillis(150)).handshake(Duration.ofSeconds(10)));
        try (PlainDevice frozen = new PlainDevice(relay.address())) {
            frozen.register("frozen", 1);
            TestRelay.eventually(() -> relay.count(Counter.LEAVES) == 1);
            assertThat(relay.relay().status().snapshot().sessions()).isEmpty();
        }
    }

    @Test
    void oneDeviceThatDoesNotReadDelaysNobodyElse() throws Exception {
        byte[] big = new byte[60_000];
        try (PlainDevice a = relay.joined("a");
                PlainDevice stalled = relay.joined("stalled");
                PlainDevice good = relay.joined("good")) {
            for (int i = 0; i < 600; i++) {
                a.sendFrame(stalled.welcome.node(), big);
            }
            Arrays.fill(big, (byte) 7);
            a.sendFrame(good.welcome.node(), big);
            assertThat(PlainDevice.payload(good.receiveFrame())).isEqualTo(big);
            TestRelay.eventually(() -> relay.count(Counter.DROP_QUEUE) > 0);
        }
    }
}
