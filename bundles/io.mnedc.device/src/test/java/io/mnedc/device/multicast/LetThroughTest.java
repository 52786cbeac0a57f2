package io.mnedc.device.multicast;

import static io.mnedc.device.multicast.Pieces.OWN4;
import static io.mnedc.device.multicast.Pieces.OWN6;
import static io.mnedc.device.multicast.Pieces.VNET;
import static io.mnedc.device.multicast.Pieces.datagram;
import static io.mnedc.device.multicast.Pieces.group;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.MulticastGroup;
import io.mnedc.device.settings.MulticastSettings.Mode;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which packets go between devices. */
class LetThroughTest {
    private static final Map<String, Set<Integer>> DISCOVERY = Map.of(
            "224.0.0.251", Set.of(5353),
            "ff02::fb", Set.of(5353),
            "224.0.0.252", Set.of(5355),
            "ff02::1:3", Set.of(5355),
            "239.255.255.250", Set.of(1900, 3702),
            "ff02::c", Set.of(1900, 3702),
            "ff05::c", Set.of(1900, 3702));

    private static boolean may(Mode mode, String to, ByteBuffer packet) {
        MulticastGroup group = group(to);
        return LetThrough.toGroup(mode, group.high(), group.low(), packet, VNET, packet.capacity() - VNET);
    }

    private static ByteBuffer to(String group, int port) {
        return datagram(group.contains(":") ? OWN6 : OWN4, group, port, 20);
    }

    @Test
    void discoveryIsFourProtocolsByGroupAndPort() {
        Set<Integer> ports = Set.of(0, 1, 53, 1900, 3702, 5353, 5355, 65_535);
        DISCOVERY.forEach((group, its) -> {
            assertThat(LetThrough.announced(Mode.DISCOVERY, group(group)))
                    .as(group)
                    .isTrue();
            for (int port : ports) {
                assertThat(may(Mode.DISCOVERY, group, to(group, port)))
                        .as("%s port %s", group, port)
                        .isEqualTo(its.contains(port));
                assertThat(may(Mode.ALL, group, to(group, port))).isTrue();
                assertThat(may(Mode.OFF, group, to(group, port))).isFalse();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"224.0.0.250", "224.0.1.251", "239.255.255.251", "ff02::fc", "ff05::fb", "ff0e::c", "ff05::1:3"})
    void discoveryIsNoOtherGroup(String group) {
        assertThat(LetThrough.announced(Mode.DISCOVERY, group(group))).isFalse();
        assertThat(LetThrough.announced(Mode.ALL, group(group))).isTrue();
        for (int port : new int[] {1900, 3702, 5353, 5355}) {
            assertThat(may(Mode.DISCOVERY, group, to(group, port))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "224.0.0.1",
                "224.0.0.22",
                "ff02::1",
                "ff02::16",
                "ff01::fb",
                "ff00::fb",
                "ff11::5",
                "ff02::1:ff00:1"
            })
    void whatIsOfHostsOnlyIsNeverAnnouncedNorSent(String group) {
        for (Mode mode : Mode.values()) {
            assertThat(LetThrough.announced(mode, group(group))).isFalse();
            assertThat(may(mode, group, to(group, 5353))).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"224.0.0.251, 8", "ff02::fb, 7"})
    void aPacketWithoutTimeToLiveGoesNowhere(String group, int field) {
        for (Mode mode : new Mode[] {Mode.DISCOVERY, Mode.ALL}) {
            ByteBuffer packet = to(group, 5353);
            packet.put(VNET + field, (byte) 1);
            assertThat(may(mode, group, packet)).isTrue();
            packet.put(VNET + field, (byte) 0);
            assertThat(may(mode, group, packet)).isFalse();
            assertThat(LetThrough.toEveryone(mode, packet, VNET, packet.capacity() - VNET))
                    .isFalse();
        }
    }

    @Test
    void ofFragmentsDiscoveryCannotTellThePort() {
        for (int flags : new int[] {0x2000, 0x00b9, 0x20b9}) {
            ByteBuffer fragment = to("224.0.0.251", 5353);
            fragment.putShort(VNET + 6, (short) flags);
            assertThat(may(Mode.DISCOVERY, "224.0.0.251", fragment)).isFalse();
            assertThat(may(Mode.ALL, "224.0.0.251", fragment)).isTrue();
        }
    }

    @Test
    void managementOfGroupsAndNeighboursStaysOnTheHost() {
        ByteBuffer igmp = to("224.0.0.251", 0);
        igmp.put(VNET + 9, (byte) 2);
        assertThat(may(Mode.ALL, "224.0.0.251", igmp)).isFalse();
        assertThat(LetThrough.toEveryone(Mode.ALL, igmp, VNET, igmp.capacity() - VNET))
                .isFalse();
        ByteBuffer icmp = to("ff02::5", 0);
        icmp.put(VNET + 6, (byte) 58);
        for (int type = 0; type < 256; type++) {
            icmp.put(VNET + 40, (byte) type);
            assertThat(may(Mode.ALL, "ff02::5", icmp)).as("type %s", type).isEqualTo(type == 128 || type == 129);
        }
        ByteBuffer report = to("ff02::5", 0);
        report.put(VNET + 6, (byte) 0);
        assertThat(may(Mode.ALL, "ff02::5", report)).isFalse();
    }

    @Test
    void anyBytesAreLookedAtWithinTheirLength() throws Exception {
        Random random = new Random(5);
        Addressee addressee = new Addressee();
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[20 + random.nextInt(60)];
            random.nextBytes(bytes);
            bytes[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            // nothing is behind it that a look too far would find
            ByteBuffer packet = ByteBuffer.wrap(bytes);
            int kind = addressee.look(Pieces.routes(), packet, 0, bytes.length);
            for (Mode mode : Mode.values()) {
                if (bytes[0] == 0x45 || bytes.length >= 40) {
                    LetThrough.toEveryone(mode, packet, 0, bytes.length);
                    LetThrough.toGroup(mode, 0, MulticastGroup.low(0xe00000fb), packet, 0, bytes.length);
                }
            }
            assertThat(kind).isBetween(0, 2);
        }
    }
}
