package io.mnedc.device;

import static io.mnedc.device.Fixture.ipv4;
import static io.mnedc.device.Fixture.ipv6;
import static io.mnedc.device.Fixture.receive;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.DataFrame;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.TestPackets.Shape;
import io.mnedc.device.data.PeerAnnouncementsTest;
import io.mnedc.testing.Await;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Packets of a device, with the real protocol over loopback and interfaces in memory. */
@Timeout(180)
public class DeviceTest {
    @RegisterExtension
    final Fixture fixture = new Fixture();

    @Test
    void registersAndGetsItsAddresses() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        assertThat(one.device().snapshot().addresses()).containsExactly("10.0.0.2/24", "fd12:3456:789a:1::2/64");
        assertThat(one.device().snapshot().relay()).isEqualTo(relay.address().toString());
        assertThat(one.device().snapshot().tun()).isEqualTo("mnedc0");
        assertThat(one.device().snapshot().problem()).isEmpty();
        assertThat(one.tun().settings().mtu()).isEqualTo(1400);
        assertThat(one.tun().settings().addresses()).asString().contains("10.0.0.2/24");
    }

    @Test
    void securityNoneIsWarnedOfAtEachStart() throws Exception {
        TestRelay relay = fixture.relay();
        for (int start = 1; start <= 2; start++) {
            String log = Log.of(() -> fixture.ready("one", relay).device().close());
            assertThat(log.lines().filter(line -> line.contains("WARN") && line.contains("security is none")))
                    .as("start %s", start)
                    .singleElement()
                    .asString()
                    .contains("device one", "for laboratories only");
        }
    }

    @Test
    void carriesPacketsBothWays() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        Node two = fixture.ready("two", relay);

        byte[] there = TestPackets.udp4(ipv4(2), ipv4(3), "there".getBytes(UTF_8));
        one.tun().injectPacket(there);
        assertThat(receive(two)).isEqualTo(there);
        byte[] back = TestPackets.udp6(ipv6(3), ipv6(2), "back".getBytes(UTF_8));
        two.tun().injectPacket(back);
        assertThat(receive(one)).isEqualTo(back);
        Await.until("counted", () -> one.count("frames.out") == 1 && one.count("frames.in") == 1);
    }

    @Test
    void packetsOfABatchStayInOrderWhateverIsBetweenThem() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        Node two = fixture.ready("two", relay);
        int count = 500;
        for (int i = 0; i < count; i++) {
            byte[] payload = ByteBuffer.allocate(4 + i % 1300).putInt(i).array();
            one.tun().injectPacket(TestPackets.udp4(ipv4(2), ipv4(i % 3 == 0 ? 200 : 3), payload));
            one.tun().injectPacket(TestPackets.udp4(ipv4(2), InetAddress.getByName("224.0.0.1"), payload));
        }
        for (int i = 0; i < count; i++) {
            if (i % 3 != 0) {
                assertThat(ByteBuffer.wrap(receive(two)).getInt(28)).isEqualTo(i);
            }
        }
        assertThat(one.count("drop.no-destination")).isEqualTo(count);
    }

    private static byte[] superPacket() throws IOException {
        return TestPackets.superPacket(
                new Shape(ipv4(2), ipv4(3), TestPackets.TCP, 0, 12, 60_000, 1_348), new Random(1));
    }

    @Test
    void superPacketTravelsWhole() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        Node two = fixture.ready("two", relay);
        awaitKnown(one, 1);
        byte[] whole = superPacket();
        one.tun().inject(whole);
        assertThat(two.tun().take(Duration.ofSeconds(20))).isEqualTo(whole);
        assertThat(one.count("segmented.out")).isZero();
    }

    @Test
    void superPacketIsCutForAPeerWithoutOffloads() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        Node two = fixture.ready(Fixture.settings(Map.of("device.id", "two", "offload", "false"), relay));
        awaitKnown(one, 1);
        one.tun().inject(superPacket());
        int payload = 0;
        while (payload < 60_000) {
            byte[] segment = receive(two);
            assertThat(segment).hasSizeLessThanOrEqualTo(1400);
            payload += segment.length - 52;
        }
        assertThat(payload).isEqualTo(60_000);
        assertThat(one.count("segmented.out")).isEqualTo(1);
        assertThat(two.count("segmented.in")).isZero();
    }

    @Test
    void superPacketIsCutByTheReceiverIfTheSenderDidNot() throws Exception {
        TestRelay relay = fixture.relay();
        Node two = fixture.ready(Fixture.settings(Map.of("device.id", "two", "offload", "false"), relay));
        byte[] whole = TestPackets.superPacket(
                new Shape(ipv6(3), ipv6(2), TestPackets.UDP, 0, 0, 10_000, 1_000), new Random(1));
        relay.sendRaw("two", frame(DataFrame.PACKET, 3, 2, whole));
        for (int i = 0; i < 10; i++) {
            assertThat(receive(two)).hasSize(1048);
        }
        Await.until("counted", () -> two.count("segmented.in") == 1);
    }

    static byte[] frame(int type, int source, int destination, byte[] payload) {
        ByteBuffer out = ByteBuffer.allocate(DataFrame.HEADER + payload.length);
        DataFrame.putHeader(out, 0, type, source, destination, 1, payload.length);
        return out.put(DataFrame.HEADER, payload).array();
    }

    private static byte[] withHeader(byte[] packet) {
        return ByteBuffer.allocate(10 + packet.length).put(10, packet).array();
    }

    public static void awaitKnown(Node node, int peers) throws Exception {
        var known = new AtomicInteger();
        try (var follower = node.device().link().subscribe(new PeerAnnouncementsTest.Counting(known))) {
            Await.until("peers known", () -> known.get() >= peers);
            assertThat(follower).isNotNull();
        }
    }

    @Test
    void framesThatAreNotWhatTheyShouldBeAreDroppedAndCounted() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        byte[] good = withHeader(TestPackets.udp4(ipv4(3), ipv4(2), new byte[20]));
        relay.sendRaw("one", frame(DataFrame.PACKET, 4, 2, good)); // another's address
        relay.sendRaw("one", frame(DataFrame.PACKET, 3, 9, good)); // for another
        relay.sendRaw("one", frame(7, 3, 2, good)); // of no type
        relay.sendRaw("one", frame(DataFrame.PACKET, 3, 2, new byte[29])); // no packet
        byte[] hostile = good.clone();
        hostile[1] = 1; // a super-packet that is none
        relay.sendRaw("one", frame(DataFrame.PACKET, 3, 2, hostile));
        byte[] sealed = frame(DataFrame.PACKET, 3, 2, good);
        sealed[5] = DataFrame.SEALED;
        relay.sendRaw("one", sealed);
        byte[] elsewhere = withHeader(TestPackets.udp4(ipv4(3), InetAddress.getByName("192.168.1.1"), new byte[20]));
        relay.sendRaw("one", frame(DataFrame.PACKET, 3, 2, elsewhere)); // for a host behind this device
        relay.sendRaw(
                "one", frame(DataFrame.PACKET, 3, 2, withHeader(TestPackets.udp6(ipv6(3), ipv6(4), new byte[9]))));
        relay.sendRaw("one", frame(DataFrame.ECHO, 3, 2, new byte[65]));
        relay.sendRaw("one", frame(DataFrame.PACKET, 3, 2, good));

        assertThat(receive(one)).hasSize(48);
        assertThat(one.tun().take(Duration.ofMillis(1))).isNull();
        assertThat(one.count("drop.foreign-source")).isEqualTo(1);
        assertThat(one.count("drop.foreign-destination")).isEqualTo(2);
        assertThat(one.count("drop.malformed")).isEqualTo(6);
    }

    @Test
    void flagsOfNewerVersionsAreIgnored() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        byte[] flagged = frame(DataFrame.PACKET, 3, 2, withHeader(TestPackets.udp4(ipv4(3), ipv4(2), new byte[20])));
        flagged[5] = (byte) ~DataFrame.SEALED;
        relay.sendRaw("one", flagged);
        assertThat(receive(one)).hasSize(48);
    }

    /** Frames that can be delimited, with anything in them. */
    @Test
    void noFrameStopsTheWayIn() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready(Fixture.settings(Map.of("device.id", "one", "offload", "false"), relay));
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] payload = i % 2 == 0
                    ? new byte[random.nextInt(200)]
                    : TestPackets.superPacket(
                            new Shape(ipv4(3), ipv4(2), TestPackets.TCP, 0, 0, random.nextInt(3000), 900), random);
            if (i % 2 == 0) {
                random.nextBytes(payload);
            }
            for (int flips = random.nextInt(4); flips > 0 && payload.length > 0; flips--) {
                payload[random.nextInt(Math.min(60, payload.length))] = (byte) random.nextInt();
            }
            relay.sendRaw("one", frame(random.nextInt(4), random.nextInt(5), random.nextInt(4), payload));
            while (one.tun().take(Duration.ZERO) != null) {
                // whatever got through
            }
        }
        byte[] last = TestPackets.udp4(ipv4(9), ipv4(2), "last".getBytes(UTF_8));
        relay.sendRaw("one", frame(DataFrame.PACKET, 9, 2, withHeader(last)));
        Await.until("the last one", () -> {
            byte[] got = one.tun().take(Duration.ofMillis(10));
            return got != null && Arrays.equals(got, withHeader(last));
        });
        assertThat(relay.bindings).hasValue(1);
    }

    @Test
    void noPacketStopsTheWayOut() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        Node two = fixture.ready("two", relay);
        Random random = new Random(8);
        for (int i = 0; i < 900; i++) {
            byte[] packet = new byte[11 + random.nextInt(80)];
            random.nextBytes(packet);
            packet[10] = i % 3 == 0 ? 0x45 : i % 3 == 1 ? 0x60 : packet[10];
            one.tun().inject(packet);
        }
        byte[] last = TestPackets.udp4(ipv4(2), ipv4(3), "last".getBytes(UTF_8));
        Await.until("room", () -> one.tun().injectPacket(last));
        assertThat(receive(two)).isEqualTo(last);
        assertThat(one.state()).isEqualTo(State.READY);
    }

    @Test
    void garbageOnTheDataStreamEndsThatStreamOnly() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        relay.sendRaw("one", new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
        Await.until("bound again", () -> relay.bindings.get() == 2);
        one.awaitReady();
        assertThat(relay.registrations).hasValue(1);
    }

    @Test
    void lostDataStreamIsOpenedAnewWithoutARegistration() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        var tun = one.tun();
        relay.closeData("one");
        Await.until("bound again", () -> relay.bindings.get() == 2);
        one.awaitReady();
        assertThat(relay.registrations).hasValue(1);
        assertThat(one.tun()).isSameAs(tun);
    }

    @Test
    void pingsPeersAndTheRelayThroughTheDataStream() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        fixture.ready("two", relay);
        Duration bound = Duration.ofSeconds(20);
        assertThat(one.device().ping(3, bound).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .isPositive();
        assertThat(one.device().ping(1, bound).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .isPositive();
    }

    @Test
    void pingToNobodyFails() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        assertThatThrownBy(() -> one.device()
                        .ping(77, Duration.ofMillis(50))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(TimeoutException.class);
        assertThatThrownBy(() -> one.device()
                        .ping(255, Duration.ofSeconds(1))
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS))
                .hasMessageContaining("2..254");
    }

    @Test
    void packetsWithoutAStreamAreCounted() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        relay.close();
        Await.until("lost", () -> one.state() == State.CONNECTING);
        one.tun().injectPacket(TestPackets.udp4(ipv4(2), ipv4(3), new byte[9]));
        Await.until("counted", () -> one.count("drop.no-stream") == 1);
    }

    @Test
    void threadsHoldNoContextClassLoader() throws Exception {
        TestRelay relay = fixture.relay();
        ClassLoader own = Thread.currentThread().getContextClassLoader();
        Node one;
        try (URLClassLoader foreign = new URLClassLoader(new URL[0])) {
            Thread.currentThread().setContextClassLoader(foreign);
            one = fixture.device("one", relay);
        } finally {
            Thread.currentThread().setContextClassLoader(own);
        }
        one.awaitReady();
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("mnedc-device"))
                .hasSizeGreaterThanOrEqualTo(3)
                .allMatch(thread -> thread.getContextClassLoader() == null);
    }

    @Test
    void pingIsAnsweredApartFromTheDataLoop() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        CompletableFuture<String> thread = one.device()
                .ping(1, Duration.ofSeconds(20))
                .thenApply(time -> Thread.currentThread().getName())
                .toCompletableFuture();
        // this thread's own name, if the reply was quicker than the line above
        assertThat(thread.get(60, TimeUnit.SECONDS))
                .isIn("mnedc-device-control", Thread.currentThread().getName());
    }

    @Test
    void stopsWithByeAndLeavesNoThread() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        var tun = one.tun();
        one.device().close();
        assertThat(tun.isClosed()).isTrue();
        Await.until("bye", () -> relay.heard.stream().anyMatch(ControlMessage.Bye.class::isInstance));
        // the one that looks names up ends by itself when it has nothing to do
        Await.until(
                "no thread",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("mnedc-device")));
    }

    @Test
    void stopsWhileNoRelayAnswers() throws Exception {
        TestRelay relay = fixture.relay();
        relay.mute = true;
        Node one = fixture.device("one", relay);
        Await.until("trying", () -> one.state() == State.CONNECTING);
        one.device().close();
        one.device().close();
    }

    @Test
    void howManyPeersAreRememberedChangesWithoutARestart() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        for (String id : new String[] {"two", "three", "four"}) {
            fixture.ready(id, relay);
        }
        awaitPeers(one, 3);
        var tun = one.tun();
        one.device().reconfigure(Fixture.settings(Map.of("device.id", "one", "peers.most", "1"), relay));
        awaitPeers(one, 1);
        Await.until("counted", () -> one.count("peers.left-out") >= 2);
        one.device().reconfigure(Fixture.settings(Map.of("device.id", "one", "peers.most", "3"), relay));
        awaitPeers(one, 3);
        one.awaitReady();
        assertThat(one.tun()).as("the interface stays").isSameAs(tun);
    }

    /** Both addresses of each. */
    private static void awaitPeers(Node node, int count) throws Exception {
        Await.until(count + " peers", () -> {
            int addresses = 0;
            for (InetAddress each : node.tun().destinations()) {
                addresses += each == null ? 0 : 1;
            }
            return addresses == 2 * count;
        });
    }
}
