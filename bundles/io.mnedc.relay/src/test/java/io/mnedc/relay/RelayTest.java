package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayStatus;
import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import io.mnedc.transport.StreamSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RelayTest {
    private static final byte[] HI = {1, 2, 3};

    private final MemoryAllocator allocator = new MemoryAllocator("10.9.0.0/24");
    private Relay relay;

    private static RelaySettings settings(Duration keepalive, Duration handshake) {
        return new RelaySettings(
                true,
                List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                keepalive,
                handshake,
                2,
                StreamSettings.DEFAULT,
                16 << 20,
                Policy.DEFAULT,
                null,
                SecuritySettings.NONE);
    }

    @BeforeEach
    void start() throws IOException {
        relay = Relay.start(settings(Duration.ofSeconds(5), Duration.ofSeconds(10)), "mnedc/test", new Identities());
        relay.allocator(allocator);
    }

    @AfterEach
    void stop() throws InterruptedException {
        relay.close();
        // a Netty thread tells its end a moment before it has ended
        eventually(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("mnedc-relay")));
    }

    private void restart(RelaySettings settings) throws IOException {
        relay.close();
        relay = Relay.start(settings, "mnedc/test", new Identities());
        relay.allocator(allocator);
    }

    private InetSocketAddress address() {
        String text = relay.listening().get(0);
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)));
    }

    private PlainDevice joined(String id) throws IOException {
        return PlainDevice.joined(address(), id);
    }

    private long count(Counter counter) {
        return relay.status().snapshot().counters().getOrDefault(counter.label(), -1L);
    }

    private static void eventually(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 1000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void aDeviceIsLeasedAnAddressAndTheSameOneAgain() throws Exception {
        int node;
        try (PlainDevice device = joined("a")) {
            node = device.welcome.node();
            assertThat(node).isEqualTo(2);
            assertThat(device.welcome.prefixLength()).isEqualTo(24);
        }
        try (PlainDevice other = joined("b");
                PlainDevice again = joined("a")) {
            assertThat(other.welcome.node()).isEqualTo(3);
            assertThat(again.welcome.node()).isEqualTo(node);
        }
    }

    @Test
    void framesReachTheirDestinationUnchangedAndInOrder() throws Exception {
        Random random = new Random(3);
        try (PlainDevice a = joined("a");
                PlainDevice b = joined("b")) {
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
        try (PlainDevice a = joined("a");
                PlainDevice b = joined("b");
                PlainDevice c = joined("c")) {
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
            eventually(() -> count(Counter.FRAMES_IN) == destinations.length);
            assertThat(count(Counter.DROP_NO_DESTINATION)).isEqualTo(1);
            assertThat(count(Counter.FRAMES_OUT)).isEqualTo(7);
        }
    }

    @Test
    void aFrameInAnothersNameIsDroppedAndCounted() throws Exception {
        try (PlainDevice a = joined("a");
                PlainDevice b = joined("b")) {
            a.data.getOutputStream().write(a.frame(77, b.welcome.node(), DataFrame.PACKET, HI));
            a.sendFrame(b.welcome.node(), new byte[] {9});
            assertThat(PlainDevice.payload(b.receiveFrame())).containsExactly(9);
            assertThat(count(Counter.DROP_SPOOFED_SOURCE)).isEqualTo(1);
        }
    }

    @Test
    void everybodyHearsWhoJoinsChangesAndLeaves() throws Exception {
        try (PlainDevice a = joined("a")) {
            assertThat(a.await(Announce.class).changes()).isEmpty();
            NodeInfo info = new NodeInfo("linux-amd64", "osgi", List.of(new ServiceRecord("web", "http", 80)));
            try (PlainDevice b = joined("b")) {
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
    void aSecondConnectionWithTheSameIdTakesOverAndBothAreTold() throws Exception {
        try (PlainDevice watcher = joined("w");
                PlainDevice first = joined("a");
                PlainDevice second = new PlainDevice(address())) {
            watcher.await(Announce.class);
            watcher.await(Announce.class);
            second.register("a", 2);
            second.bind();
            ErrorReport toOld = first.await(ErrorReport.class);
            assertThat(toOld.code()).isEqualTo(ErrorCode.REPLACED.number());
            assertThat(toOld.fatal()).isTrue();
            assertThat(toOld.sentence()).contains("cloned");
            ErrorReport toNew = second.await(ErrorReport.class);
            assertThat(toNew.code()).isEqualTo(ErrorCode.TOOK_OVER.number());
            assertThat(toNew.fatal()).isFalse();
            assertThat(second.welcome.node()).isEqualTo(first.welcome.node());

            watcher.sendFrame(second.welcome.node(), HI);
            assertThat(PlainDevice.payload(second.receiveFrame())).isEqualTo(HI);
            assertThat(first.data.getInputStream().read())
                    .as("the old data stream ends")
                    .isEqualTo(-1);
            assertThat(relay.status().snapshot().sessions()).hasSize(2);
        }
    }

    @Test
    void anEnvelopeIsPassedOnUnderItsTrueSource() throws Exception {
        try (PlainDevice a = joined("a");
                PlainDevice b = joined("b")) {
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
    void aFullPoolIsACodedRefusalThatNamesIt() throws Exception {
        allocator.pool("10.9.0.0/30");
        try (PlainDevice only = joined("a");
                PlainDevice late = new PlainDevice(address())) {
            late.sendPreamble(StreamKind.CONTROL);
            late.send(late.hello("b", 1));
            late.receivePreamble();
            ErrorReport refusal = (ErrorReport) late.receive();
            assertThat(refusal.code()).isEqualTo(ErrorCode.POOL_EXHAUSTED.number());
            assertThat(refusal.sentence()).contains("10.9.0.0/30");
            assertThat(only.welcome.node()).isEqualTo(2);
        }
    }

    @Test
    void withoutAnAllocatorDevicesAreToldToTryAgainAndSessionsGoOn() throws Exception {
        try (PlainDevice a = joined("a");
                PlainDevice b = joined("b")) {
            relay.allocator(null);
            try (PlainDevice late = new PlainDevice(address())) {
                late.sendPreamble(StreamKind.CONTROL);
                late.send(late.hello("c", 1));
                late.receivePreamble();
                ErrorReport refusal = (ErrorReport) late.receive();
                assertThat(refusal.code()).isEqualTo(ErrorCode.LEASE_UNAVAILABLE.number());
                assertThat(refusal.retryMillis()).isPositive();
            }
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
        }
    }

    @Test
    void aChangedPoolSendsDevicesToRegisterAgain() throws Exception {
        try (PlainDevice a = joined("a")) {
            allocator.pool("10.8.0.0/24");
            relay.allocator(allocator);
            ErrorReport told = a.await(ErrorReport.class);
            assertThat(told.code()).isEqualTo(ErrorCode.READDRESSED.number());
            try (PlainDevice again = joined("a")) {
                assertThat(again.welcome.network()).isEqualTo(0x0a080000);
            }
        }
    }

    @Test
    void aChangedIpv6PrefixOrPrefixLengthSendsDevicesToRegisterAgain() throws Exception {
        try (PlainDevice a = joined("a")) {
            allocator.pool("10.9.0.0/24", "fd00:9:9:9::/64");
            relay.allocator(allocator);
            assertThat(a.await(ErrorReport.class).code()).isEqualTo(ErrorCode.READDRESSED.number());
        }
        try (PlainDevice a = joined("a")) {
            allocator.pool("10.9.0.0/16", "fd00:9:9:9::/64");
            relay.allocator(allocator);
            assertThat(a.await(ErrorReport.class).code()).isEqualTo(ErrorCode.READDRESSED.number());
        }
    }

    @Test
    void anAddressThatWasLeasedAnewBelongsToTheNewDevice() throws Exception {
        try (PlainDevice before = joined("a");
                PlainDevice watcher = joined("w")) {
            assertThat(watcher.await(Announce.class).changes()).hasSize(1);
            allocator.release("a").toCompletableFuture().join();
            allocator.release("w").toCompletableFuture().join();
            try (PlainDevice now = joined("b")) {
                assertThat(now.welcome.node()).isEqualTo(before.welcome.node());
                assertThat(before.await(ErrorReport.class).code()).isEqualTo(ErrorCode.READDRESSED.number());
                assertThat(watcher.await(Announce.class).changes()).containsExactly(new Change.Absent("a"));
                watcher.sendFrame(now.welcome.node(), HI);
                assertThat(PlainDevice.payload(now.receiveFrame())).isEqualTo(HI);
            }
        }
    }

    @Test
    void anAddressInUseIsTriedAgainUntilItIsFree() throws Exception {
        relay.close();
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            RelaySettings taken =
                    listening(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.getLocalPort()));
            relay = Relay.start(taken, "mnedc/test", new Identities());
            relay.allocator(allocator);
            assertThat(relay.listening()).isEmpty();
        }
        eventually(() -> !relay.listening().isEmpty());
        try (PlainDevice a = joined("a")) {
            assertThat(a.welcome.node()).isEqualTo(2);
        }
    }

    @Test
    void anAddressThatCannotBeBoundIsRefusedAndTheOldOneGoesOn() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), other.getLocalPort());
            assertThatThrownBy(() -> relay.become(listening(taken)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(other.getLocalPort()));
        }
        try (PlainDevice a = joined("a")) {
            assertThat(a.welcome.node()).isEqualTo(2);
        }
    }

    private static RelaySettings listening(InetSocketAddress address) {
        RelaySettings now = settings(Duration.ofSeconds(5), Duration.ofSeconds(10));
        return new RelaySettings(
                true,
                List.of(address),
                now.keepalive(),
                now.handshake(),
                now.loops(),
                now.stream(),
                now.queueMemory(),
                Policy.DEFAULT,
                null,
                SecuritySettings.NONE);
    }

    @Test
    void aStrangerThatNeverReadsIsClosed() throws Exception {
        try (PlainDevice stranger = new PlainDevice(address())) {
            stranger.sendPreamble(StreamKind.CONTROL);
            byte[] ping = ControlCodec.encode(new Ping(1)).array();
            byte[] pings = new byte[1000 * ping.length];
            for (int i = 0; i < pings.length; i++) {
                pings[i] = ping[i % ping.length];
            }
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 5_000; i++) {
                            stranger.control.getOutputStream().write(pings);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void anotherMajorVersionGetsARefusalThatItCanRead() throws Exception {
        try (PlainDevice newer = new PlainDevice(address())) {
            newer.control
                    .getOutputStream()
                    .write(new Preamble(StreamKind.CONTROL, 2, 0).encode().array());
            assertThat(newer.receivePreamble().major()).isEqualTo(Protocol.MAJOR);
            ErrorReport refusal = (ErrorReport) newer.receive();
            assertThat(refusal.code()).isEqualTo(ErrorCode.VERSION_UNSUPPORTED.number());
            assertThat(refusal.sentence()).contains("2.0").contains("1.0");
            assertThat(newer.control.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aNewerMinorVersionIsWelcome() throws Exception {
        try (PlainDevice newer = new PlainDevice(address())) {
            newer.control
                    .getOutputStream()
                    .write(new Preamble(StreamKind.CONTROL, Protocol.MAJOR, 200)
                            .encode()
                            .array());
            newer.send(newer.hello("a", 1));
            newer.receivePreamble();
            assertThat(((Welcome) newer.receive()).minor()).isEqualTo(Protocol.MINOR);
        }
    }

    @Test
    void aDataStreamWithoutTheSecretIsRefused() throws Exception {
        try (PlainDevice a = new PlainDevice(address())) {
            a.register("a", 1);
            assertThatThrownBy(() -> a.bind(a.welcome.sessionId(), Opaque.copyOf(new byte[Protocol.SECRET])))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> a.bind(a.welcome.sessionId() + 1, a.welcome.secret()))
                    .isInstanceOf(IOException.class);
            a.bind();
            eventually(() -> count(Counter.REFUSED_BIND) == 2);
        }
    }

    @Test
    void aNewDataStreamReplacesTheOldOne() throws Exception {
        try (PlainDevice a = joined("a");
                PlainDevice b = joined("b")) {
            var old = b.data;
            b.bind();
            assertThat(old.getInputStream().read()).isEqualTo(-1);
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
        }
    }

    @Test
    void garbageGetsACodedErrorAndNobodyElseNotices() throws Exception {
        try (PlainDevice good = joined("good");
                PlainDevice garbage = new PlainDevice(address());
                PlainDevice oversized = new PlainDevice(address());
                PlainDevice stranger = new PlainDevice(address());
                PlainDevice tls = new PlainDevice(address())) {
            garbage.sendPreamble(StreamKind.CONTROL);
            garbage.control.getOutputStream().write(new byte[] {0, 0, 0, 6, 0, 1, 0, 1, (byte) 0xff, (byte) 0xff});
            garbage.receivePreamble();
            assertThat(((ErrorReport) garbage.receive()).code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION.number());

            oversized.sendPreamble(StreamKind.CONTROL);
            oversized.control.getOutputStream().write(new byte[] {0x7f, 0, 0, 0});
            oversized.receivePreamble();
            assertThat(((ErrorReport) oversized.receive()).code()).isEqualTo(ErrorCode.TOO_LARGE.number());

            stranger.control
                    .getOutputStream()
                    .write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(stranger.control.getInputStream().readAllBytes()).isEmpty();
            tls.control.getOutputStream().write(new byte[] {0x16, 3, 1});
            assertThat(tls.control.getInputStream().readAllBytes()).isEmpty();

            good.data.getOutputStream().write(good.frame(good.welcome.node(), Protocol.RELAY_NODE, DataFrame.ECHO, HI));
            assertThat(PlainDevice.payload(good.receiveFrame())).isEqualTo(HI);
            assertThat(count(Counter.REFUSED_NOT_MNEDC)).isEqualTo(1);
            assertThat(count(Counter.REFUSED_TLS)).isEqualTo(1);
            assertThat(count(Counter.REFUSED_PROTOCOL)).isEqualTo(2);
        }
    }

    @Test
    void aBrokenFrameEndsItsDataStreamButNotTheSession() throws Exception {
        try (PlainDevice a = joined("a")) {
            a.data.getOutputStream().write(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0});
            assertThat(a.data.getInputStream().read()).isEqualTo(-1);
            a.bind();
            assertThat(relay.status().snapshot().sessions()).allMatch(RelayStatus.Session::dataBound);
            assertThat(relay.status().snapshot().sessions()).hasSize(1);
        }
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() throws Exception {
        restart(settings(Duration.ofSeconds(5), Duration.ofMillis(300)));
        try (PlainDevice silent = new PlainDevice(address());
                PlainDevice half = new PlainDevice(address())) {
            half.sendPreamble(StreamKind.CONTROL);
            assertThat(silent.control.getInputStream().read()).isEqualTo(-1);
            half.receivePreamble();
            assertThat(((ErrorReport) half.receive()).code()).isEqualTo(ErrorCode.TIMED_OUT.number());
        }
    }

    @Test
    void aDeviceThatFallsSilentLeavesAfterThreeIntervals() throws Exception {
        restart(settings(Duration.ofMillis(150), Duration.ofSeconds(10)));
        try (PlainDevice frozen = new PlainDevice(address())) {
            frozen.register("frozen", 1);
            eventually(() -> count(Counter.LEAVES) == 1);
            assertThat(relay.status().snapshot().sessions()).isEmpty();
        }
    }

    @Test
    void theListeningSocketMovesAndDevicesStay() throws Exception {
        try (PlainDevice a = joined("a");
                PlainDevice b = joined("b")) {
            InetSocketAddress before = address();
            relay.become(listening(new InetSocketAddress("127.0.0.2", 0)));
            assertThat(relay.listening()).singleElement().asString().startsWith("127.0.0.2:");
            assertThatThrownBy(() -> new PlainDevice(before)).isInstanceOf(IOException.class);
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
        }
    }

    @Test
    void stoppingTellsTheDevices() throws Exception {
        try (PlainDevice a = joined("a")) {
            relay.close();
            assertThat(a.await(ErrorReport.class).code()).isEqualTo(ErrorCode.STOPPING.number());
        }
    }

    @Test
    void oneDeviceThatDoesNotReadDelaysNobodyElse() throws Exception {
        byte[] big = new byte[60_000];
        try (PlainDevice a = joined("a");
                PlainDevice stalled = joined("stalled");
                PlainDevice good = joined("good")) {
            for (int i = 0; i < 600; i++) {
                a.sendFrame(stalled.welcome.node(), big);
            }
            Arrays.fill(big, (byte) 7);
            a.sendFrame(good.welcome.node(), big);
            assertThat(PlainDevice.payload(good.receiveFrame())).isEqualTo(big);
            eventually(() -> count(Counter.DROP_QUEUE) > 0);
        }
    }
}
