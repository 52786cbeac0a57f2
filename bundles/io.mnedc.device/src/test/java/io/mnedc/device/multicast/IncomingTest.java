package io.mnedc.device.multicast;

import static io.mnedc.device.multicast.Pieces.VNET;
import static io.mnedc.device.multicast.Pieces.datagram;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.common.Counters;
import io.mnedc.device.settings.MulticastSettings.Mode;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which packets of other devices for several are taken. */
class IncomingTest {
    private static final String PEER4 = "10.0.0.3";
    private static final String PEER6 = "fd12:3456:789a:1::3";

    private final Counters counters = new Counters();

    private boolean takes(Multicast multicast, ByteBuffer packet) throws Exception {
        return new Incoming(multicast, counters).takes(Pieces.routes(), packet, VNET, packet.capacity() - VNET);
    }

    private static Multicast multicast(Mode mode, String... own) {
        return Pieces.multicast(mode, 1, 1, 1, Pieces.own(own), Map.of());
    }

    @Test
    void ownGroupsAreTakenAndNoOthers() throws Exception {
        Multicast all = multicast(Mode.ALL, "239.1.2.3", "ff05::7");
        assertThat(takes(all, datagram(PEER4, "239.1.2.3", 9, 1))).isTrue();
        assertThat(takes(all, datagram(PEER6, "ff05::7", 9, 1))).isTrue();
        assertThat(takes(all, datagram(PEER4, "239.1.2.4", 9, 1))).isFalse();
        assertThat(takes(all, datagram(PEER6, "ff05::8", 9, 1))).isFalse();
        assertThat(counters.multicastIn.sum()).isEqualTo(2);
        assertThat(counters.multicastUnwanted.sum()).isEqualTo(2);
        assertThat(counters.foreignDestination.sum()).isZero();
    }

    @Test
    void broadcastsAreTakenOnlyWhereAllIs() throws Exception {
        for (String to : new String[] {"10.0.0.255", "255.255.255.255", "224.0.0.1"}) {
            assertThat(takes(multicast(Mode.ALL), datagram(PEER4, to, 9, 1))).isTrue();
            assertThat(takes(multicast(Mode.DISCOVERY), datagram(PEER4, to, 9, 1)))
                    .isFalse();
        }
        assertThat(takes(multicast(Mode.ALL), datagram(PEER6, "ff02::1", 9, 1))).isTrue();
        assertThat(takes(multicast(Mode.DISCOVERY), datagram(PEER6, "ff02::1", 9, 1)))
                .isFalse();
    }

    @Test
    void discoveryLooksAtThePortToo() throws Exception {
        Multicast discovery = multicast(Mode.DISCOVERY, "224.0.0.251");
        assertThat(takes(discovery, datagram(PEER4, "224.0.0.251", 5353, 1))).isTrue();
        assertThat(takes(discovery, datagram(PEER4, "224.0.0.251", 5354, 1))).isFalse();
    }

    @Test
    void whatIsForAnotherDeviceIsNot() throws Exception {
        assertThat(takes(multicast(Mode.ALL), datagram(PEER4, "10.0.0.7", 9, 1)))
                .isFalse();
        assertThat(takes(multicast(Mode.ALL), datagram(PEER4, "192.0.2.1", 9, 1)))
                .isFalse();
        assertThat(counters.foreignDestination.sum()).isEqualTo(2);
    }

    @Test
    void offTakesNothing() throws Exception {
        assertThat(takes(new Multicast(), datagram(PEER4, "224.0.0.251", 5353, 1)))
                .isFalse();
        assertThat(counters.foreignDestination.sum()).isEqualTo(1);
    }
}
