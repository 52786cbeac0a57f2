package io.mnedc.device;

import static io.mnedc.device.Fixture.ipv4;
import static io.mnedc.device.Fixture.ipv6;
import static io.mnedc.device.Fixture.receive;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.Listening;
import io.mnedc.codec.VirtioNetHeader;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.TestPackets.Shape;
import io.mnedc.device.packet.Datagrams;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Multicast and broadcast between devices, over loopback and with interfaces in memory, which play the kernel's groups. */
@Timeout(180)
class MulticastTest {
    private static final int MDNS = 5353;

    @TempDir
    Path directory;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private static InetAddress address(String text) throws IOException {
        return InetAddress.getByName(text);
    }

    private static DeviceSettings settings(String id, String mode, TestRelay relay) throws IOException {
        return Fixture.settings(Map.of("device.id", id, "multicast", mode), relay);
    }

    private Node device(String id, String mode, TestRelay relay, String... groups) throws Exception {
        Node node = fixture.ready(settings(id, mode, relay));
        join(node, groups);
        return node;
    }

    private static void join(Node node, String... groups) throws IOException {
        Set<InetAddress> all = new HashSet<>();
        for (String group : groups) {
            all.add(address(group));
        }
        node.tun().join(all);
    }

    private static byte[] datagram(InetAddress from, String to, int port, String text) throws IOException {
        return Datagrams.packet(from.getAddress(), 1000, address(to).getAddress(), port, text.getBytes(UTF_8));
    }

    private static byte[] packet(byte[] datagram) {
        return Arrays.copyOfRange(datagram, VirtioNetHeader.SIZE, datagram.length);
    }

    private static int listeners(Node node) {
        return node.device()
                .snapshot()
                .multicast()
                .map(DeviceStatus.Multicast::listeners)
                .orElse(0);
    }

    /** Sends until a copy has left: it takes a while until the others are known to listen. */
    private static void awaitHeard(Node node, byte[] datagram) throws Exception {
        long before = node.count("multicast.out");
        Await.until("somebody listens", () -> {
            node.tun().inject(datagram);
            return node.count("multicast.out") > before;
        });
    }

    @Test
    void membersGetWhatIsSentToTheirGroupAndOthersDoNot() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = device("one", "all", relay, "239.1.2.3");
        Node two = device("two", "all", relay, "239.1.2.3", "ff05::7");
        Node three = device("three", "all", relay, "239.9.9.9");
        Node four = device("four", "off", relay, "239.1.2.3");
        Await.until("known", () -> listeners(one) == 2);
        byte[] there = datagram(ipv4(2), "239.1.2.3", 9, "there");
        awaitHeard(one, there);
        assertThat(receive(two)).as("as it was sent, also its TTL").isEqualTo(packet(there));
        byte[] ipv6 = datagram(ipv6(2), "ff05::7", 9, "over IPv6");
        awaitHeard(one, ipv6);
        byte[] next = receive(two);
        while (Arrays.equals(next, packet(there))) {
            next = receive(two);
        }
        assertThat(next).isEqualTo(packet(ipv6));

        assertThat(one.count("frames.in")).as("no echo").isZero();
        assertThat(three.count("frames.in")).as("no member").isZero();
        assertThat(four.count("frames.in")).as("off").isZero();
        assertThat(two.device().snapshot().multicast().orElseThrow())
                .returns("all", DeviceStatus.Multicast::mode)
                .extracting(DeviceStatus.Multicast::groups)
                .asString()
                .contains("239.1.2.3", "ff05:0:0:0:0:0:0:7");
        assertThat(four.device().snapshot().multicast()).isEmpty();
    }

    @Test
    void broadcastsReachAllThatTakeThem() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = device("one", "all", relay);
        Node two = device("two", "all", relay);
        Node three = device("three", "all", relay);
        Node four = device("four", "discovery", relay, "224.0.0.251");
        Await.until("known", () -> listeners(one) == 3);
        byte[] there = datagram(ipv4(2), "10.0.0.255", 9, "all of you");
        awaitHeard(one, there);
        assertThat(receive(two)).isEqualTo(packet(there));
        assertThat(receive(three)).isEqualTo(packet(there));
        // packets that were still in the queue count both a moment later
        Await.until("two copies of each", () -> one.count("multicast.copies") == 2 * one.count("multicast.out"));
        assertThat(four.count("frames.in")).isZero();
        assertThat(one.count("frames.in")).isZero();
    }

    @Test
    void discoveryLetsNothingElseThrough() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = device("one", "discovery", relay, "224.0.0.251", "239.1.2.3");
        Node two = device("two", "all", relay, "224.0.0.251", "239.1.2.3");
        Await.until("known", () -> listeners(one) == 1 && listeners(two) == 1);
        byte[] question = datagram(ipv4(2), "224.0.0.251", MDNS, "who is there");
        awaitHeard(one, question);
        assertThat(receive(two)).isEqualTo(packet(question));
        long refused = one.count("drop.multicast-refused");
        one.tun().inject(datagram(ipv4(2), "239.1.2.3", 9, "else"));
        one.tun().inject(datagram(ipv4(2), "224.0.0.251", 9, "else"));
        one.tun().inject(datagram(ipv4(2), "10.0.0.255", 9, "else"));
        Await.until("refused", () -> one.count("drop.multicast-refused") == refused + 3);
        // the other one lets it through, but has not been told of that group
        two.tun().inject(datagram(ipv4(3), "239.1.2.3", 9, "else"));
        Await.until("unheard", () -> two.count("multicast.unheard") == 1);
        // it has been told of this one; the port is refused by the receiver
        two.tun().inject(datagram(ipv4(3), "224.0.0.251", 9, "else"));
        Await.until("unwanted", () -> one.count("drop.multicast-unwanted") == 1);
        assertThat(one.count("frames.in")).isZero();
    }

    @Test
    void offSendsAndTellsNothing() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = device("one", "off", relay, "239.1.2.3");
        Node two = device("two", "all", relay, "239.1.2.3");
        DeviceTest.awaitKnown(one, 1);
        one.tun().inject(datagram(ipv4(2), "239.1.2.3", 9, "nobody hears it"));
        one.tun().inject(datagram(ipv4(2), "10.0.0.255", 9, "nobody hears it"));
        Await.until("dropped", () -> one.count("drop.no-destination") == 2);
        assertThat(two.count("frames.in")).isZero();
        assertThat(one.tun().settings().multicast()).isFalse();
        assertThat(two.tun().settings().multicast()).isTrue();
        two.tun().inject(datagram(ipv4(3), "239.1.2.3", 9, "nobody hears it"));
        Await.until("unheard", () -> two.count("multicast.unheard") == 1);
    }

    @Test
    void itIsSwitchedWhileTheDeviceRuns() throws Exception {
        TestRelay relay = fixture.relay();
        Map<String, String> values =
                Map.of("device.id", "one", "data.dir", directory.resolve("one").toString());
        DeviceSettings off = Fixture.settings(values, relay);
        Map<String, String> others = new HashMap<>(values);
        others.put("multicast", "all");
        Node one = fixture.ready(off);
        Node two = device("two", "all", relay, "239.1.2.3");
        DeviceTest.awaitKnown(one, 1);
        one.device().reconfigure(Fixture.settings(others, relay));
        Await.until("on", () -> one.tun().settings().multicast() && listeners(one) == 1);
        byte[] there = datagram(ipv4(2), "239.1.2.3", 9, "there");
        awaitHeard(one, there);
        assertThat(receive(two)).isEqualTo(packet(there));
        assertThat(one.count("reconnects")).isZero();

        one.device().reconfigure(off);
        Await.until("off", () -> !one.tun().settings().multicast());
        long before = one.count("drop.no-destination");
        one.tun().inject(there);
        Await.until("dropped", () -> one.count("drop.no-destination") == before + 1);
        Await.until("the other one knows", () -> listeners(two) == 0);
    }

    @Test
    void whoLeavesAGroupGetsNothingMore() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = device("one", "all", relay);
        Node two = device("two", "all", relay, "239.1.2.3");
        byte[] there = datagram(ipv4(2), "239.1.2.3", 9, "there");
        awaitHeard(one, there);
        assertThat(receive(two)).isEqualTo(packet(there));
        join(two);
        Await.until("left", () -> {
            long before = one.count("multicast.unheard");
            one.tun().inject(there);
            Await.until("counted", () -> one.count("multicast.unheard") + one.count("multicast.out") > before);
            return one.count("multicast.unheard") > before;
        });
    }

    @Test
    void aDeviceThatHasLeftIsNoMember() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = device("one", "all", relay);
        Node two = device("two", "all", relay, "239.1.2.3");
        awaitHeard(one, datagram(ipv4(2), "239.1.2.3", 9, "there"));
        two.device().close();
        Await.until("it has left", () -> listeners(one) == 0);
    }

    @Test
    void aRelayThatAddsMembersGainsNothing() throws Exception {
        TestRelay relay = fixture.relay();
        relay.told = record -> new NodeRecord(
                record.deviceId(),
                record.node(),
                record.software(),
                record.capabilities(),
                record.info(),
                record.document(),
                "",
                new Listening(true, record.listening().groups()));
        Node one = device("one", "all", relay);
        Node two = device("two", "off", relay);
        byte[] there = datagram(ipv4(2), "10.0.0.255", 9, "there");
        awaitHeard(one, there);
        Await.until("dropped", () -> two.count("drop.foreign-destination") > 0);
        assertThat(two.count("frames.in")).isZero();
    }

    @Test
    void superPacketsAreCutForThoseWhoCannotTakeThem() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = device("one", "all", relay);
        Node two = device("two", "all", relay, "239.1.2.3");
        Node three = fixture.ready(
                Fixture.settings(Map.of("device.id", "three", "multicast", "all", "offload", "false"), relay));
        join(three, "239.1.2.3");
        byte[] small = datagram(ipv4(2), "239.1.2.3", 9, "small");
        Await.until("both listen", () -> {
            one.tun().inject(small);
            return one.count("multicast.copies") >= one.count("multicast.out") + 1;
        });
        byte[] large = TestPackets.superPacket(
                new Shape(ipv4(2), address("239.1.2.3"), TestPackets.UDP, 0, 0, 10_000, 1_000), new Random(1));
        one.tun().inject(large);
        byte[] whole = two.tun().take(Duration.ofSeconds(20));
        while (whole != null && whole.length < 1_000) {
            whole = two.tun().take(Duration.ofSeconds(20));
        }
        assertThat(whole).isEqualTo(large);
        int payload = 0;
        while (payload < 10_000) {
            byte[] segment = receive(three);
            if (segment.length == 1_028) {
                ByteBuffer in = ByteBuffer.wrap(segment);
                assertThat(TestPackets.fold(TestPackets.sum(segment, 0, 20, 0))).isEqualTo(0xffff);
                assertThat(in.getShort(24)).isEqualTo((short) 1_008);
                payload += 1_000;
            }
        }
        assertThat(one.count("segmented.out")).isEqualTo(1);
    }

    @Test
    void limitsKeepAFloodFromOthers() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready(
                Fixture.settings(Map.of("device.id", "one", "multicast", "all", "multicast.packets", "5"), relay));
        Node two = device("two", "all", relay, "239.1.2.3");
        byte[] there = datagram(ipv4(2), "239.1.2.3", 9, "there");
        Await.until("over the limit", () -> {
            one.tun().inject(there);
            return one.count("drop.multicast-limit") > 100;
        });
        long out = one.count("multicast.out");
        assertThat(out).isPositive();
        // unicast goes on
        byte[] own = TestPackets.udp4(ipv4(2), ipv4(3), "for you alone".getBytes(UTF_8));
        one.tun().injectPacket(own);
        byte[] got = receive(two);
        while (!Arrays.equals(got, own)) {
            assertThat(got).isEqualTo(packet(there));
            got = receive(two);
        }
        assertThat(two.count("multicast.in")).isLessThanOrEqualTo(one.count("multicast.out"));
    }

    @Test
    void copiesAreSealedForEachReceiverAndTheFirstOneWaitsForKeys() throws Exception {
        TestGate gate = new TestGate(directory.resolve("relay"));
        TestRelay relay = fixture.relay(gate);
        Node one = sealed("one", gate, relay);
        Node two = sealed("two", gate, relay);
        Node three = sealed("three", gate, relay);
        join(two, "224.0.0.251");
        join(three, "224.0.0.251");
        Await.until("known", () -> listeners(one) == 2);
        byte[] there = datagram(ipv4(2), "224.0.0.251", MDNS, "a secret question");
        one.tun().inject(there);
        assertThat(receive(two)).isEqualTo(packet(there));
        assertThat(receive(three)).isEqualTo(packet(there));
        assertThat(one.count("sealed.keys")).isEqualTo(2);
        assertThat(one.count("drop.no-key")).isZero();
        one.tun().inject(there);
        assertThat(receive(two)).isEqualTo(packet(there));
        assertThat(receive(three)).isEqualTo(packet(there));
        assertThat(two.count("sealed.replayed") + three.count("sealed.replayed"))
                .isZero();
    }

    private Node sealed(String id, TestGate gate, TestRelay relay) throws Exception {
        Map<String, Object> values = new HashMap<>();
        values.put("device.id", id);
        values.put("security", "tls");
        values.put("multicast", "discovery");
        values.put("data.dir", directory.resolve(id).toString());
        values.put("join.token", gate.token(relay).text());
        return fixture.ready(Fixture.settings(values, relay));
    }
}
