package io.mnedc.names;

import static io.mnedc.names.TestOverlay.NETWORK;
import static io.mnedc.names.TestOverlay.peer;
import static io.mnedc.names.TestOverlay.query;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.device.RelayLink.Registration;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerSnapshot;
import io.mnedc.settings.ConfigurationReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class NamesTest {
    private final AtomicLong clock = new AtomicLong();
    private Optional<Registration> registration = Optional.of(new Registration("self", 2, NETWORK));
    private PeerSnapshot peers = new PeerSnapshot(1, List.of());
    private final Names names = names(clock::get);

    private Names names(LongSupplier by) {
        return new Names(() -> registration, () -> peers, () -> OrchestrationInfo.NONE, TestOverlay.APEX, by);
    }

    private void there(Peer... now) {
        peers = new PeerSnapshot(peers.sequence() + 1, List.of(now));
    }

    @Test
    void aDeviceIsFoundByNameAndNamedByAddressWhileItIsThere() {
        assertThat(names.lookup("press-7")).isEmpty();
        there(peer("press-7", 3, true));
        for (String name : List.of("press-7", "press-7.mnedc", "Press-7.MNEDC.")) {
            assertThat(names.lookup(name)).as(name).containsExactly(NETWORK.ipv4(3), NETWORK.ipv6(3));
        }
        assertThat(names.lookup("relay")).containsExactly(NETWORK.ipv4(1), NETWORK.ipv6(1));
        assertThat(names.lookup("self")).containsExactly(NETWORK.ipv4(2), NETWORK.ipv6(2));
        assertThat(names.nameOf(NETWORK.ipv6(3))).hasValue("press-7.mnedc");
        there();
        assertThat(names.lookup("press-7")).isEmpty();
        assertThat(names.nameOf(NETWORK.ipv4(3))).isEmpty();
    }

    @Test
    void anotherZoneCountsAtOnce() throws Exception {
        there(peer("press-7", 3, true));
        assertThat(names.lookup("press-7.mnedc")).isNotEmpty();
        names.apex(Name.fromConstantString("plant.example."));
        assertThat(names.zone()).isEqualTo("plant.example");
        assertThat(names.lookup("press-7.plant.example")).isNotEmpty();
        assertThat(names.lookup("press-7.mnedc")).isEmpty();
        byte[] answer = names.answer(
                new InetSocketAddress(NETWORK.ipv4(2), 4711),
                query("press-7.plant.example.", Type.A).toWire());
        assertThat(new Message(answer).getSection(Section.ANSWER)).hasSize(1);
    }

    @Test
    void aDeviceThatHasNotRegisteredKnowsNoNames() throws Exception {
        registration = Optional.empty();
        assertThat(names.lookup("relay")).isEmpty();
        byte[] answer = names.answer(
                new InetSocketAddress(NETWORK.ipv4(2), 4711),
                query("relay.mnedc.", Type.A).toWire());
        assertThat(new Message(answer).getRcode()).isEqualTo(Rcode.SERVFAIL);
    }

    @Test
    void tablesThatTakeLongAreMadeSeldom() {
        Names slow = names(() -> clock.getAndAdd(100));
        assertThat(slow.lookup("press-7")).isEmpty();
        there(peer("press-7", 3, true));
        assertThat(slow.lookup("press-7")).as("made a moment ago").isEmpty();
        clock.addAndGet(1_000);
        assertThat(slow.lookup("press-7")).isNotEmpty();
    }

    @Test
    void severalThreadsSeeNothingOlderThanTheyHaveSeen() throws Exception {
        int last = 250;
        AtomicReference<PeerSnapshot> now = new AtomicReference<>(new PeerSnapshot(0, List.of(peer("press", 3, true))));
        Names shared =
                new Names(() -> registration, now::get, () -> OrchestrationInfo.NONE, TestOverlay.APEX, clock::get);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                readers.add(threads.submit(() -> {
                    int seen = 0;
                    while (seen < last) {
                        InetAddress address = shared.lookup("press").get(0);
                        int node = NETWORK.node(address).orElseThrow();
                        assertThat(node).isGreaterThanOrEqualTo(seen);
                        seen = node;
                    }
                    return seen;
                }));
            }
            for (int node = 4; node <= last; node++) {
                now.set(new PeerSnapshot(node, List.of(peer("press", node, true))));
                LockSupport.parkNanos(1);
            }
            for (Future<Integer> reader : readers) {
                assertThat(reader.get(60, TimeUnit.SECONDS)).isEqualTo(last);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"local", "x.local", "arpa", "a b", "-a", "a..b", ".", "umlaut-ä"})
    void aZoneThatIsNoneIsRefused(String zone) {
        ConfigurationReader values = new ConfigurationReader(Map.of("zone", zone), NamesConfig.class);
        assertThat(NamesSettings.of(values).zoneText()).isEqualTo("mnedc");
        assertThatThrownBy(values::check).hasMessageContaining(zone).hasMessageContaining("such as mnedc");
    }

    @Test
    void withoutAConfigurationNamesAreAnswered() {
        NamesSettings usual = NamesSettings.of(new ConfigurationReader(Map.of(), NamesConfig.class));
        assertThat(usual.enabled()).isTrue();
        NamesSettings other = NamesSettings.of(
                new ConfigurationReader(Map.of("enabled", "false", "zone", "Plant.Example."), NamesConfig.class));
        assertThat(other.enabled()).isFalse();
        assertThat(other.zoneText()).isEqualTo("plant.example");
    }
}
