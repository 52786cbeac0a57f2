package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressOrderTest {
    @Test
    void familiesTakeTurnsAndWhatWorkedLastIsFirst() {
        List<InetSocketAddress> found =
                SimulatedNetwork.addresses("10.0.0.1", "10.0.0.2", "fd00::1", "10.0.0.1", "fd00::2", "fd00::3");
        assertThat(SimulatedNetwork.hosts(AddressOrder.of(found, null, 32)))
                .containsExactly("fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2", "fd00::3");
        InetSocketAddress last = SimulatedNetwork.address("10.0.0.2");
        assertThat(SimulatedNetwork.hosts(AddressOrder.of(found, last, 3)))
                .containsExactly("10.0.0.2", "fd00::1", "10.0.0.1");
        assertThat(SimulatedNetwork.hosts(AddressOrder.of(found, SimulatedNetwork.address("10.9.9.9"), 1)))
                .containsExactly("fd00::1");
    }
}
