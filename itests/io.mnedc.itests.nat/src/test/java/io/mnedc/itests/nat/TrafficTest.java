package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.Conversations.Pair;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.NestedOverlay;
import io.mnedc.lab.junit.NeedsLab;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of IP traffic between three devices, two of them behind different stacks of NAT. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TrafficTest {
    private NestedOverlay overlay;

    @BeforeAll
    void start() {
        overlay = NestedOverlay.start(NeedsLab.directory(TrafficTest.class)).awaitReady();
        overlay.devices().forEach(device -> JavaTool.serve(device.host()));
        pairs().forEach(pair -> Conversations.awaitReached(pair.from(), pair.to()));
    }

    @AfterAll
    void stop() {
        if (overlay != null) {
            overlay.close();
        }
    }

    List<Pair> pairs() {
        return Conversations.pairs(overlay.devices());
    }

    @Test
    void everyDeviceHasItsOwnAddressesFromThePool() {
        assertThat(overlay.devices())
                .extracting(DeviceProcess::ipv4)
                .doesNotHaveDuplicates()
                .allMatch(address -> address.startsWith("10.0.0."));
        assertThat(overlay.devices()).extracting(DeviceProcess::ipv6).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void pingsOfEverySizeReachEveryPair(Pair pair) {
        for (int size : new int[] {8, 56, 1000, 1024, 1025, 1372, 1373, 1500, 4000, 16_000, 32_768, 65_000}) {
            Conversations.ping(pair.from(), pair.to().ipv4(), size);
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void pingsOfEverySizeReachEveryPairOverIpv6(Pair pair) {
        for (int size : new int[] {8, 1352, 1353, 8_000, 65_000}) {
            Conversations.ping(pair.from(), pair.to().ipv6(), size);
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void tcpKeepsContentUpAndDown(Pair pair) {
        Conversations.transfer(pair.from(), pair.to().ipv4(), 30_000_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1339, 1340, 1341, 65_535, 65_536, 30_000_000})
    void tcpKeepsContentOverIpv6(long bytes) {
        Conversations.transfer(overlay.a(), overlay.b().ipv6(), bytes);
    }

    @Test
    void aGibibyteArrivesUnchangedUpAndDown() {
        Conversations.transfer(overlay.a(), overlay.b().ipv4(), 1L << 30);
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void datagramsOfEverySizeReachEveryPair(Pair pair) {
        Conversations.datagrams(pair.from(), pair.to().ipv4(), 1, 2000);
    }

    @Test
    void datagramsReachTheOtherOverIpv6() {
        Conversations.datagrams(overlay.b(), overlay.a().ipv6(), 1, 2000);
    }

    @Test
    void largeDatagramsAreFragmentedAndJoined() {
        Conversations.datagrams(overlay.a(), overlay.b().ipv4(), 65_400, 65_507);
    }
}
