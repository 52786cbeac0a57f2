package io.mnedc.device;

import static io.mnedc.device.Fixture.ipv4;
import static io.mnedc.device.Fixture.receive;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.DataFrame;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.TestPackets.Shape;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packets between two devices with real certificates, TLS and sealing over loopback, and a relay in between that sees,
 * and can change, all that they send.
 */
@Timeout(180)
class SealedDeviceTest {
    private static final byte[] SECRET = "a secret of the application that nobody else may read".getBytes(US_ASCII);

    @TempDir
    Path directory;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final List<byte[]> seen = new CopyOnWriteArrayList<>();
    private TestGate gate;
    private TestRelay relay;
    private Node one;
    private Node two;

    @BeforeEach
    void begin() throws Exception {
        gate = new TestGate(directory.resolve("relay"));
        relay = fixture.relay(gate);
        relay.frames = (in, at, size) -> seen.add(bytes(in, at, size));
        one = device("one", Map.of());
        two = device("two", Map.of());
        DeviceTest.awaitKnown(one, 1);
        DeviceTest.awaitKnown(two, 1);
    }

    private Node device(String id, Map<String, ?> more) throws Exception {
        Map<String, Object> values = values(id, more);
        values.put("join.token", gate.token(relay).text());
        return fixture.ready(Fixture.settings(values, relay));
    }

    private Map<String, Object> values(String id, Map<String, ?> more) {
        Map<String, Object> values = new HashMap<>(more);
        values.put("device.id", id);
        values.put("security", "tls");
        values.put("data.dir", directory.resolve(id).toString());
        return values;
    }

    private static byte[] bytes(ByteBuffer in, int at, int size) {
        byte[] bytes = new byte[size];
        in.get(at, bytes);
        return bytes;
    }

    private static byte[] packet(int from, int to, byte[] payload) throws IOException {
        return TestPackets.udp4(ipv4(from), ipv4(to), payload);
    }

    /** A packet each way: from now on there are keys. */
    private void exchange() throws Exception {
        byte[] there = packet(2, 3, SECRET);
        one.tun().injectPacket(there);
        assertThat(receive(two)).isEqualTo(there);
        byte[] back = packet(3, 2, SECRET);
        two.tun().injectPacket(back);
        assertThat(receive(one)).isEqualTo(back);
    }

    @Test
    void firstPacketWaitsForKeysAndArrives() throws Exception {
        exchange();
        assertThat(one.count("sealed.keys")).isEqualTo(1);
        assertThat(two.count("sealed.keys")).isEqualTo(1);
        assertThat(one.count("drop.no-key") + two.count("drop.no-key")).isZero();
    }

    @Test
    void relaySeesNothingOfWhatIsSaid() throws Exception {
        exchange();
        assertThat(seen).hasSize(2);
        for (byte[] frame : seen) {
            assertThat(DataFrame.sealed(ByteBuffer.wrap(frame), 0)).isTrue();
            assertThat(new String(frame, US_ASCII)).doesNotContain("secret", "application");
            // not even the addresses behind the header
            assertThat(indexOf(frame, packet(2, 3, new byte[0]), 12, 8)).isNegative();
        }
    }

    private static int indexOf(byte[] in, byte[] what, int from, int length) {
        byte[] part = Arrays.copyOfRange(what, from, from + length);
        for (int i = 0; i + length <= in.length; i++) {
            if (Arrays.equals(in, i, i + length, part, 0, length)) {
                return i;
            }
        }
        return -1;
    }

    @Test
    void packetsStayInOrderWithAndWithoutKeys() throws Exception {
        int count = 400;
        for (int i = 0; i < count; i++) {
            byte[] payload = ByteBuffer.allocate(4 + i % 300).putInt(i).array();
            one.tun().injectPacket(packet(2, i % 5 == 4 ? 200 : 3, payload));
        }
        for (int i = 0; i < count; i++) {
            if (i % 5 != 4) {
                assertThat(ByteBuffer.wrap(receive(two)).getInt(28)).isEqualTo(i);
            }
        }
        assertThat(one.count("drop.no-key")).isEqualTo(count / 5);
    }

    private static byte[] superPacket() throws IOException {
        return TestPackets.superPacket(
                new Shape(ipv4(2), ipv4(3), TestPackets.TCP, 0, 12, 60_000, 1_348), new Random(1));
    }

    @Test
    void superPacketTravelsWholeEvenAsTheFirst() throws Exception {
        for (int i = 0; i < 3; i++) {
            one.tun().inject(superPacket());
            assertThat(two.tun().take(Duration.ofSeconds(20))).isEqualTo(superPacket());
        }
        assertThat(one.count("segmented.out")).isZero();
        Await.until("counted", () -> one.count("frames.out") == 3 && two.count("frames.in") == 3);
    }

    @Test
    void superPacketIsCutAndEachPieceSealedForAPeerWithoutOffloads() throws Exception {
        Node weak = device("weak", Map.of("offload", "false"));
        DeviceTest.awaitKnown(one, 2);
        byte[] whole = TestPackets.superPacket(
                new Shape(ipv4(2), ipv4(4), TestPackets.TCP, 0, 12, 60_000, 1_348), new Random(1));
        for (int round = 0; round < 2; round++) {
            one.tun().inject(whole);
            int payload = 0;
            while (payload < 60_000) {
                byte[] segment = receive(weak);
                assertThat(segment).hasSizeLessThanOrEqualTo(1400);
                payload += segment.length - 52;
            }
            assertThat(payload).isEqualTo(60_000);
        }
        assertThat(one.count("segmented.out")).isEqualTo(2);
        assertThat(weak.count("segmented.in")).isZero();
    }

    @Test
    void pingToAPeerMakesKeysAndIsSealed() throws Exception {
        one.device().ping(3, Duration.ofSeconds(10)).toCompletableFuture().get(60, TimeUnit.SECONDS);
        two.device().ping(2, Duration.ofSeconds(10)).toCompletableFuture().get(60, TimeUnit.SECONDS);
        one.device().ping(1, Duration.ofSeconds(10)).toCompletableFuture().get(60, TimeUnit.SECONDS);
        assertThat(seen).hasSize(4).allMatch(frame -> DataFrame.sealed(ByteBuffer.wrap(frame), 0));
    }

    @Test
    void nothingUnsealedIsTakenFromAPeer() throws Exception {
        exchange();
        byte[] vnet = new byte[10];
        byte[] packet = packet(3, 2, SECRET);
        byte[] payload = Arrays.copyOf(vnet, vnet.length + packet.length);
        System.arraycopy(packet, 0, payload, vnet.length, packet.length);
        relay.sendRaw("one", DeviceTest.frame(DataFrame.PACKET, 3, 2, payload));
        relay.sendRaw("one", DeviceTest.frame(DataFrame.ECHO, 3, 2, new byte[8]));
        relay.sendRaw("one", DeviceTest.frame(DataFrame.PACKET, 1, 2, payload));
        Await.until("counted", () -> one.count("drop.unsealed") == 3);
        exchange();
    }

    @Test
    void whatIsRepeatedOrTamperedWithIsDroppedAndCounted() throws Exception {
        exchange();
        byte[] frame = seen.get(0);
        relay.sendRaw("two", frame);
        Await.until("replayed", () -> two.count("sealed.replayed") == 1);
        byte[] payloadChanged = frame.clone();
        payloadChanged[40] ^= 1;
        payloadChanged[16] = 1; // a counter that is still to come
        relay.sendRaw("two", payloadChanged);
        byte[] headerChanged = frame.clone();
        headerChanged[16] = 1;
        relay.sendRaw("two", headerChanged);
        byte[] cut = Arrays.copyOf(headerChanged, frame.length - 1);
        ByteBuffer.wrap(cut).putInt(0, cut.length - 4);
        relay.sendRaw("two", cut);
        Await.until("forged", () -> two.count("sealed.forged") == 3);
        byte[] otherEpoch = frame.clone();
        otherEpoch[6] ^= 1;
        relay.sendRaw("two", otherEpoch);
        Await.until("unknown epoch", () -> two.count("sealed.unknown-epoch") == 1);
        byte[] otherSource = frame.clone();
        otherSource[11] = 77;
        relay.sendRaw("two", otherSource);
        Await.until("unknown source", () -> two.count("sealed.unknown-epoch") == 2);
        exchange();
        Await.until("only what is real is counted, after it is handed over", () -> two.count("frames.in") == 2);
    }

    @Test
    void peerCannotSpeakAsAnother() throws Exception {
        exchange();
        // the packet says that it is of node 9, the key that it is of node 2
        one.tun().injectPacket(packet(9, 3, SECRET));
        Await.until("counted", () -> two.count("drop.foreign-source") == 1);
    }

    @Test
    void restartedPeerIsTalkedToAgainAtOnce() throws Exception {
        exchange();
        two.device().close();
        two = device("two", Map.of());
        talkUntilHeard();
        exchangeBack();
        assertThat(two.count("sealed.keys")).isEqualTo(1);
    }

    /** One talks, as applications do, until the other one hears. */
    private void talkUntilHeard() throws Exception {
        byte[] packet = packet(2, 3, SECRET);
        Await.until("heard", () -> {
            one.tun().injectPacket(packet);
            return two.tun().take(Duration.ofMillis(20)) != null;
        });
        // what else was on its way
        while (two.tun().take(Duration.ofMillis(50)) != null) {
            assertThat(two.count("sealed.failures")).isZero();
        }
    }

    /** How soon in time: see PeerSealsTest, in whose world nobody is busy with other things. */
    @Test
    void keysThatAPeerHasLostUnnoticedAreMadeAnewByTheFirstFrameAndOneHandshake() throws Exception {
        exchange();
        int envelopes = relay.envelopes.get();
        two.device().reconfigure(Fixture.settings(values("two", Map.of("rekey.seconds", 100)), relay));
        Await.until("a frame of the old keys", () -> {
            one.tun().injectPacket(packet(2, 3, SECRET));
            return two.count("sealed.unknown-epoch") > 0;
        });
        talkUntilHeard();
        exchangeBack();
        assertThat(relay.envelopes.get() - envelopes).isGreaterThanOrEqualTo(4);
        for (Node node : List.of(one, two)) {
            assertThat(node.count("sealed.keys")).isEqualTo(2);
            assertThat(node.count("sealed.failures")).isZero();
        }
    }

    @Test
    void whoIsWithdrawnIsNotHeardAnyMoreWhateverTheRelayForwards() throws Exception {
        exchange();
        relay.announce("two", "one", false);
        Await.until("keys are gone", () -> {
            one.tun().injectPacket(packet(2, 3, SECRET));
            return two.count("sealed.unknown-epoch") > 0;
        });
        Await.until("quiet", () -> two.tun().take(Duration.ofMillis(50)) == null);
        long heard = two.count("frames.in");
        long dropped = two.count("sealed.unknown-epoch");
        for (int i = 0; i < 20; i++) {
            one.tun().injectPacket(packet(2, 3, SECRET));
        }
        Await.until("dropped", () -> two.count("sealed.unknown-epoch") == dropped + 20);
        assertThat(two.count("frames.in")).isEqualTo(heard);
        // the other way neither: nobody is there
        int envelopes = relay.envelopes.get();
        two.tun().injectPacket(packet(3, 2, SECRET));
        Await.until("dropped", () -> two.count("drop.no-key") + two.count("drop.no-destination") == 1);
        assertThat(relay.envelopes).hasValue(envelopes);
        // and who asks for keys is not answered
        relay.announce("one", "two", false);
        relay.announce("one", "two", true);
        Await.until("asked for keys", () -> {
            one.tun().injectPacket(packet(2, 3, SECRET));
            return relay.envelopes.get() > envelopes;
        });
        relay.announce("two", "one", true);
        DeviceTest.awaitKnown(two, 1);
        assertThat(two.count("sealed.keys")).isEqualTo(1);
        talkUntilHeard();
        assertThat(two.count("sealed.keys")).isEqualTo(2);
    }

    private void exchangeBack() throws Exception {
        byte[] back = packet(3, 2, SECRET);
        two.tun().injectPacket(back);
        assertThat(receive(one)).isEqualTo(back);
    }

    @Test
    void keysOutliveTheConnectionToTheRelay() throws Exception {
        exchange();
        relay.closeData("one");
        Await.until("bound again", () -> relay.bindings.get() == 3);
        one.awaitReady();
        exchange();
        assertThat(one.count("sealed.keys")).isEqualTo(1);
    }

    @Test
    void keysAreReplacedWhileTheyAreUsed() throws Exception {
        Node fast = device("fast", Map.of("rekey.seconds", 1));
        long end = System.nanoTime() + 60_000_000_000L;
        int sent = 0;
        while (fast.count("sealed.keys") < 3 && System.nanoTime() - end < 0) {
            byte[] packet = packet(4, 3, ByteBuffer.allocate(4).putInt(sent++).array());
            fast.tun().injectPacket(packet);
            assertThat(receive(two)).as("packet %s", sent).isEqualTo(packet);
        }
        assertThat(fast.count("sealed.keys")).isGreaterThanOrEqualTo(3);
        assertThat(two.count("sealed.unknown-epoch")).isZero();
    }

    @Test
    void rulesOfTheReceivingDeviceHold() throws Exception {
        exchange();
        Map<String, Object> values = values("two", Map.of("rules", new String[] {"deny device:one any"}));
        two.device().reconfigure(Fixture.settings(values, relay));
        Await.until("keys are gone", () -> {
            one.tun().injectPacket(packet(2, 3, SECRET));
            return one.count("sealed.failures") > 0;
        });
        int before = (int) two.count("frames.in");
        for (int i = 0; i < 20; i++) {
            one.tun().injectPacket(packet(2, 3, SECRET));
        }
        Await.until("dropped", () -> one.count("drop.no-key") >= 20);
        assertThat(two.count("frames.in")).isEqualTo(before);
    }

    @Test
    void stoppedDeviceLeavesNoSealingThread() throws Exception {
        exchange();
        assertThat(sealingThreads()).isEqualTo(2);
        one.device().close();
        two.device().close();
        // a thread that has done all its work may still be there for a moment
        Await.until("no sealing thread", () -> sealingThreads() == 0);
    }

    private static long sealingThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mnedc-device-sealing-"))
                .count();
    }

    @Test
    void packetsThatWaitInVainAreDroppedAndCounted() throws Exception {
        relay.envelopesLost = true;
        for (int i = 0; i < 10; i++) {
            one.tun().injectPacket(packet(2, 3, SECRET));
        }
        Await.until("dropped", () -> one.count("drop.no-key") == 10);
        relay.envelopesLost = false;
        Await.until("tried again", () -> {
            one.tun().injectPacket(packet(2, 3, SECRET));
            return two.tun().take(Duration.ofMillis(50)) != null;
        });
    }
}
