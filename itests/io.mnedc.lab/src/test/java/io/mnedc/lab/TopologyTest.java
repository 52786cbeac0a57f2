package io.mnedc.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TopologyTest {
    @Test
    void addressesFollowTheOrderOfTheCalls() {
        Topology topology = new Topology();
        topology.router("main", "192.168.1.0/24").host("x").host("y").nat("n", "10.9.0.0/16");

        assertThat(topology.nodes()).extracting(Topology.Node::name).containsExactly("main", "x", "y", "n");
        assertThat(topology.nodes())
                .extracting(Topology.Node::address)
                .containsExactly("", "192.168.1.10", "192.168.1.11", "192.168.1.12");
    }

    @Test
    void aNameMayBeUsedOnce() {
        Topology.Network main = new Topology().router("main", "192.168.1.0/24").host("x");

        assertThatIllegalArgumentException().isThrownBy(() -> main.host("x")).withMessageContaining("x");
    }

    @Test
    void aNameMustBeFitForANamespace() {
        Topology topology = new Topology();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> topology.router("../x", "192.168.1.0/24"))
                .withMessageContaining("../x");
    }

    @Test
    void aNatMustSeparateTwoRanges() {
        Topology.Network main = new Topology().router("main", "192.168.1.0/24");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> main.nat("n", "192.168.1.0/24"))
                .withMessageContaining("both sides");
    }

    @Test
    void aWrongRangeIsNamed() {
        for (String wrong : new String[] {"192.168.1.0", "192.168.1.1/24", "300.1.1.0/24", "10.0.0.0/31", "x"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Ipv4Range.of(wrong))
                    .withMessageContaining(wrong);
        }
    }

    @Test
    void aFullRangeHasNoFurtherAddress() {
        Ipv4Range range = Ipv4Range.of("192.168.1.0/28");

        assertThat(range.address(14)).isEqualTo("192.168.1.14");
        assertThatIllegalArgumentException().isThrownBy(() -> range.address(15));
    }
}
