package io.mnedc.device.multicast;

import static io.mnedc.device.multicast.Pieces.OWN4;
import static io.mnedc.device.multicast.Pieces.OWN6;
import static io.mnedc.device.multicast.Pieces.datagram;
import static io.mnedc.device.multicast.Pieces.listening;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Listening;
import io.mnedc.device.TestPackets;
import io.mnedc.device.TestPackets.Shape;
import io.mnedc.device.common.Counters;
import io.mnedc.device.network.RouteTable;
import io.mnedc.device.settings.MulticastSettings.Mode;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who gets a packet of this host's programs, and how many. */
class OutgoingTest {
    private static final String GROUP = "239.1.2.3";
    private static final long SECOND = 1_000_000_000L;

    private final Counters counters = new Counters();
    private RouteTable routes;

    @BeforeEach
    void begin() throws Exception {
        routes = Pieces.routes();
    }

    private static Map<Integer, Listening> members(int many) {
        Map<Integer, Listening> all = new TreeMap<>();
        for (int node = 10; node < 10 + many; node++) {
            all.put(node, listening(true, GROUP));
        }
        return all;
    }

    private Outgoing outgoing(int packets, int bytes, int most, Map<Integer, Listening> members) {
        return new Outgoing(Pieces.multicast(Mode.ALL, packets, bytes, most, GroupTable.EMPTY, members), counters);
    }

    private Set<Integer> receivers(Outgoing outgoing, ByteBuffer packet, long now) {
        int[] nodes = outgoing.receivers(routes, packet, 0, packet.capacity(), now);
        Set<Integer> receivers = new TreeSet<>();
        if (nodes != null) {
            for (int i = 0; i < outgoing.count(); i++) {
                assertThat(receivers.add(nodes[(outgoing.first() + i) % nodes.length]))
                        .as("nobody gets two")
                        .isTrue();
            }
        }
        return receivers;
    }

    @Test
    void membersGetItAndNobodyElse() {
        Outgoing outgoing = outgoing(
                1000,
                1_000_000_000,
                100,
                Map.of(
                        3, listening(false, GROUP),
                        4, listening(false, "239.1.2.4"),
                        5, listening(true),
                        6, listening(false, GROUP, "ff05::7"),
                        7, listening(true, "ff05::7")));
        assertThat(receivers(outgoing, datagram(OWN4, GROUP, 9, 10), 0)).containsExactly(3, 6);
        assertThat(receivers(outgoing, datagram(OWN6, "ff05::7", 9, 10), 0)).containsExactly(6, 7);
        assertThat(receivers(outgoing, datagram(OWN6, "ff05::8", 9, 10), 0)).isEmpty();
        assertThat(counters.multicastUnheard.sum()).isEqualTo(1);
        for (String all : new String[] {"10.0.0.255", "255.255.255.255", "224.0.0.1"}) {
            assertThat(receivers(outgoing, datagram(OWN4, all, 9, 10), 0))
                    .as(all)
                    .containsExactly(5, 7);
        }
        assertThat(receivers(outgoing, datagram(OWN6, "ff02::1", 9, 10), 0)).containsExactly(5, 7);
    }

    @Test
    void whatIsForOneOrForNobodyIsNotLookedAtFurther() {
        Outgoing outgoing = outgoing(1, 1_000_000, 1, members(1));
        for (String to : new String[] {"10.0.0.77", "10.0.1.255", "192.0.2.1", "240.0.0.1"}) {
            ByteBuffer packet = datagram(OWN4, to, 9, 1);
            assertThat(outgoing.receivers(routes, packet, 0, packet.capacity(), 0))
                    .as(to)
                    .isNull();
        }
        ByteBuffer packet = datagram(OWN6, "fd12:3456:789a:1::7", 9, 1);
        assertThat(outgoing.receivers(routes, packet, 0, packet.capacity(), 0)).isNull();
        assertThat(counters.multicastRefused.sum()).isZero();
    }

    @Test
    void aForeignSourceIsRefused() {
        Outgoing outgoing = outgoing(1000, 1_000_000_000, 100, members(3));
        for (String from : new String[] {"10.0.0.3", "192.168.1.5", "0.0.0.0"}) {
            assertThat(receivers(outgoing, datagram(from, GROUP, 9, 10), 0)).isEmpty();
        }
        assertThat(receivers(outgoing, datagram("fe80::1", "ff02::5", 9, 10), 0))
                .isEmpty();
        assertThat(counters.multicastRefused.sum()).isEqualTo(4);
    }

    @Test
    void discoveryLetsNoBroadcastThrough() {
        Outgoing outgoing = new Outgoing(
                Pieces.multicast(Mode.DISCOVERY, 1000, 1_000_000, 100, GroupTable.EMPTY, members(3)), counters);
        for (String all : new String[] {"10.0.0.255", "255.255.255.255", "224.0.0.1", GROUP}) {
            assertThat(receivers(outgoing, datagram(OWN4, all, 5353, 10), 0)).isEmpty();
        }
        assertThat(counters.multicastRefused.sum()).isEqualTo(4);
    }

    @Test
    void offAsksNobody() {
        Outgoing outgoing = new Outgoing(new Multicast(), counters);
        ByteBuffer packet = datagram(OWN4, GROUP, 9, 10);
        assertThat(outgoing.isOn()).isFalse();
        assertThat(outgoing.receivers(routes, packet, 0, packet.capacity(), 0)).isNull();
    }

    /** Whatever is sent: over any time, not more than the burst of a second and the rate. */
    @Test
    void limitsHoldWhateverIsSent() {
        Random random = new Random(3);
        for (int run = 0; run < 50; run++) {
            int packets = 1 + random.nextInt(300);
            int bytes = 10_000 + random.nextInt(1_000_000);
            int members = 1 + random.nextInt(20);
            Outgoing outgoing = outgoing(packets, bytes, 100, members(members));
            long now = random.nextLong() / 2;
            long begun = now;
            long sent = 0;
            long sentBytes = 0;
            int largest = 0;
            for (int i = 0; i < 3000; i++) {
                now += random.nextInt(5_000_000);
                ByteBuffer packet = datagram(OWN4, GROUP, 9, random.nextInt(1400));
                int copies = receivers(outgoing, packet, now).size();
                int cost = copies * (DataFrame.HEADER + packet.capacity() + DataFrame.TAG);
                sent += copies > 0 ? 1 : 0;
                sentBytes += cost;
                largest = Math.max(largest, cost);
            }
            double seconds = 1 + (now - begun) / (double) SECOND;
            assertThat((double) sent).isLessThanOrEqualTo(packets * seconds + 1);
            assertThat((double) sentBytes).isLessThanOrEqualTo(bytes * seconds + largest);
            // and not much less, by whichever limit comes first
            assertThat(sent >= 0.9 * packets * (seconds - 1)
                            || sentBytes >= 0.9 * bytes * (seconds - 1)
                            || sent == 3000)
                    .as("%s packets, %s bytes of %s, %s in %s s", sent, sentBytes, packets, bytes, seconds)
                    .isTrue();
        }
        assertThat(counters.multicastOverLimit.sum()).isPositive();
    }

    @Test
    void aSuperPacketCountsAsWhatItStandsFor() {
        Outgoing outgoing = outgoing(50, 1_000_000_000, 100, members(1));
        Shape shape = new Shape(Pieces.address(OWN4), Pieces.address(GROUP), TestPackets.UDP, 0, 0, 40_000, 1_000);
        ByteBuffer large = ByteBuffer.wrap(TestPackets.superPacket(shape, new Random(1)));
        assertThat(receivers(outgoing, large, 0)).hasSize(1);
        assertThat(receivers(outgoing, large, 0)).as("41 and 41").hasSize(1);
        assertThat(receivers(outgoing, large, 0)).isEmpty();
        assertThat(receivers(outgoing, datagram(OWN4, GROUP, 9, 1), SECOND / 2)).isEmpty();
        assertThat(receivers(outgoing, datagram(OWN4, GROUP, 9, 1), 2 * SECOND)).hasSize(1);
    }

    @Test
    void ifThereAreTooManyMembersTheyTakeTurns() {
        Outgoing outgoing = outgoing(1000, 1_000_000_000, 4, members(10));
        Set<Integer> all = new TreeSet<>();
        for (int i = 0; i < 5; i++) {
            Set<Integer> some = receivers(outgoing, datagram(OWN4, GROUP, 9, 10), 0);
            assertThat(some).hasSize(4);
            all.addAll(some);
        }
        assertThat(all).hasSize(10);
        assertThat(counters.multicastLeftOut.sum()).isEqualTo(30);
    }
}
