package io.mnedc.rsa;

import static io.mnedc.rsa.TestEndpoints.offered;
import static io.mnedc.rsa.TestEndpoints.peer;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.peer.OfferedService;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.remoteserviceadmin.EndpointDescription;

class PeerEndpointsTest {
    private Map<String, EndpointDescription> there = Map.of();
    private int told;
    private final PeerEndpoints peers = new PeerEndpoints("framework-2", Optional.empty(), now -> {
        there = now;
        told++;
    });

    @Test
    void endpointsComeAndGoWithTheirPeer() {
        var before = peer(3, true, offered(3, "one"), offered(3, "two"));
        peers.joined(before);
        assertThat(there).containsOnlyKeys("one", "two");
        EndpointDescription one = there.get("one");

        var now = peer(3, true, offered(3, "one"), offered(3, "three"));
        peers.changed(before, now);
        assertThat(there).containsOnlyKeys("one", "three");
        assertThat(there.get("one")).isSameAs(one);

        peers.left(now);
        assertThat(there).isEmpty();
        assertThat(told).isEqualTo(3);
    }

    @Test
    void aPeerThatHasNotSignedIsNotListenedTo() {
        peers.joined(peer(3, false, offered(3, "one")));
        assertThat(there).isEmpty();
        peers.changed(peer(3, false, offered(3, "one")), peer(3, true, offered(3, "one")));
        assertThat(there).containsOnlyKeys("one");
        peers.changed(peer(3, true, offered(3, "one")), peer(3, false, offered(3, "one")));
        assertThat(there).isEmpty();
    }

    @Test
    void aPeerSpeaksForItselfOnly() {
        peers.joined(peer(3, true, offered(4, "elsewhere")));
        peers.joined(peer(4, true, offered(4, "mine")));
        peers.joined(peer(5, true, offered(5, "mine"), offered(5, "own")));
        peers.joined(peer(6, true, offered(6, "x", "endpoint.framework.uuid", "framework-2")));
        assertThat(there).containsOnlyKeys("mine", "own");
        assertThat(Objects.requireNonNull(there.get("mine")).getProperties())
                .containsEntry("aries.fastbin.address", "tcp://10.0.0.4:2543");
        assertThat(peers.refused()).isEqualTo(3);

        peers.left(peer(5, true));
        assertThat(there).containsOnlyKeys("mine");
    }

    @Test
    void aPeerHasABoundedNumber() {
        peers.joined(peer(
                3,
                true,
                IntStream.range(0, PeerEndpoints.MOST_PER_PEER + 6)
                        .mapToObj(i -> new OfferedService("s", "osgi.rsa", 0, small(i)))
                        .toArray(OfferedService[]::new)));
        assertThat(there).hasSizeLessThanOrEqualTo(PeerEndpoints.MOST_PER_PEER).isNotEmpty();
        assertThat(peers.refused()).isEqualTo(6);
    }

    private static Map<String, String> small(int number) {
        return Map.of(
                "#id", "tcp://10.0.0.3:" + (1 + number),
                "#framework", "f",
                "#service", "#J:1",
                "#configs", "#S[:t",
                "objectClass", "#S[:com.A");
    }

    @Test
    void theFilterSeesWhoseItIsAndCanBeAnother() throws Exception {
        peers.want(Optional.of(FrameworkUtil.createFilter("(&(group=group-3)(objectClass=com.acme.*))")));
        peers.joined(peer(3, true, offered(3, "one", "group", "group-4")));
        peers.joined(peer(4, true, offered(4, "two", "group", "group-3")));
        assertThat(there).containsOnlyKeys("one");
        peers.want(Optional.empty());
        assertThat(there).containsOnlyKeys("one", "two");
        peers.want(Optional.of(FrameworkUtil.createFilter("(device.id=d4)")));
        assertThat(there).containsOnlyKeys("two");
    }
}
