package io.mnedc.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.device.Fixture.Node;
import io.mnedc.testing.Await;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the driver says about the interface becomes the device's status. */
@Timeout(60)
class DisturbedTunTest {
    @RegisterExtension
    final Fixture fixture = new Fixture();

    @Test
    void deviceIsNotReadyWhileItsInterfaceIsOfNoUse() throws Exception {
        Node one = fixture.ready("one", fixture.relay());
        one.tun().disturb("mnedc0", Optional.of("the address is taken away"), Optional.empty());
        Await.until("failed", () -> one.state() == State.FAILED);
        assertThat(one.device().snapshot().problem()).contains("the address is taken away");
        one.tun().disturb("mnedc0", Optional.empty(), Optional.empty());
        Await.until("ready again", () -> one.state() == State.READY);
        assertThat(one.device().snapshot().problem()).isEmpty();
    }

    @Test
    void warningIsShownWhilePacketsFlow() throws Exception {
        Node one = fixture.ready("one", fixture.relay());
        one.tun().disturb("other", Optional.empty(), Optional.of("a route takes some packets"));
        Await.until("told", () -> one.device().snapshot().problem().isPresent());
        assertThat(one.state()).isEqualTo(State.READY);
        assertThat(one.device().snapshot().problem()).contains("a route takes some packets");
        assertThat(one.device().snapshot().tun()).isEqualTo("other");
        one.tun().disturb("other", Optional.empty(), Optional.empty());
        Await.until("over", () -> one.device().snapshot().problem().isEmpty());
    }

    @Test
    void theDriverIsToldOfPeersThatComeAndGo() throws Exception {
        TestRelay relay = fixture.relay();
        Node one = fixture.ready("one", relay);
        int before = one.tun().destinationChanges();
        fixture.ready("two", relay);
        Await.until("told", () -> one.tun().destinationChanges() > before);
        assertThat(one.tun().destinations())
                .extracting(address -> address.getHostAddress())
                .contains("10.0.0.3", "fd12:3456:789a:1:0:0:0:3");
    }
}
