package io.mnedc.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeerFilterTest {
    private static final VirtualNetwork NETWORK = VirtualNetwork.parse("10.0.0.0/16", "fd00:1:2:3::/64");
    private static final OfferedService CAMERA = new OfferedService("camera", "rtsp", 554, Map.of("path", "/1"));
    private static final OfferedService WEB = new OfferedService("web", "http", 8080);
    private static final Peer PEER = new Peer(
            "GW_1",
            "gw-1",
            5,
            NETWORK.ipv4(5),
            NETWORK.ipv6(5),
            "mnedc/0.2.0",
            true,
            new OrchestrationInfo(
                    "linux-arm", "osgi", List.of(CAMERA, WEB), Map.of("site", "north", "verified", "what it likes")),
            true,
            Set.of("cameras", "yard"),
            Instant.EPOCH);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(device.id=GW_*)",
                "(name=gw-1)",
                "(address=10.0.0.5)",
                "(address=fd00:1:2:3:0:0:0:5)",
                "(software=mnedc/*)",
                "(&(platform=linux-*)(execution.type=osgi))",
                "(verified=true)",
                "(group=yard)",
                "(&(service=web)(protocol=rtsp))",
                "(site=north)"
            })
    void aPeerIsFoundByWhatItIsAndTells(String filter) {
        assertThat(PeerFilter.of(filter).matches(PEER)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"(device.id=gw-2)", "(verified=what it likes)", "(group=press)", "(site=south)", "(path=/1)"})
    void anotherIsNotFoundNorByNamesThatItHasTaken(String filter) {
        assertThat(PeerFilter.of(filter).matches(PEER)).isFalse();
    }

    @Test
    void aServiceIsFoundByItselfAndByItsPeer() {
        assertThat(PeerFilter.of("(&(service=camera)(port>=500)(path=/1)(group=cameras))")
                        .matches(PEER, CAMERA))
                .isTrue();
        assertThat(PeerFilter.of("(service=camera)").matches(PEER, WEB)).isFalse();
        assertThat(PeerFilter.of("(protocol=rtsp)").matches(PEER, WEB)).isFalse();
    }

    @Test
    void aTextThatIsNoFilterIsNamed() {
        assertThatThrownBy(() -> PeerFilter.of("(platform=linux"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"(platform=linux\" is no filter, such as (");
    }
}
