package io.mnedc.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.codec.Labels;
import io.mnedc.relay.MemoryAllocator;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceLabelsTest {
    private final MemoryAllocator allocator = new MemoryAllocator("10.9.0.0/16");
    private DeviceLabels labels = new DeviceLabels(allocator);

    private String join(String deviceId) {
        Lease lease = allocator.allocate(deviceId).toCompletableFuture().join();
        return labels.of(lease).label();
    }

    @ParameterizedTest
    @CsvSource({
        "press-7,press-7",
        "GW_2,gw-2",
        "A.b_c:9-,a-b-c-9",
        "a--b,a-b",
        "xn--80ak,xn-80ak",
        "___,device",
        "7,7",
        "-x-,x"
    })
    void theLabelFollowsFromTheId(String deviceId, String label) {
        assertThat(DeviceLabels.wanted(deviceId)).isEqualTo(label);
        assertThat(join(deviceId)).isEqualTo(label);
    }

    @Test
    void aLongIdIsCut() {
        assertThat(DeviceLabels.wanted("x".repeat(64))).isEqualTo("x".repeat(63));
        assertThat(DeviceLabels.wanted("x".repeat(62) + "_y")).isEqualTo("x".repeat(62));
        allocator.allocate("x".repeat(64));
        assertThat(join("x".repeat(64))).isEqualTo("x".repeat(63));
        assertThat(join("X".repeat(64))).isEqualTo("x".repeat(61) + "-3");
    }

    @Test
    void theOlderOfTwoLeasesKeepsTheLabelAlsoAfterARestart() {
        assertThat(join("cam")).isEqualTo("cam");
        assertThat(join("CAM")).isEqualTo("cam-3");
        assertThat(join("cam-3")).isEqualTo("cam-3-4");
        labels = new DeviceLabels(allocator);
        assertThat(join("cam-3")).isEqualTo("cam-3-4");
        assertThat(join("CAM")).isEqualTo("cam-3");
        assertThat(join("cam")).isEqualTo("cam");
    }

    @Test
    void reservedNamesAreNobodys() {
        assertThat(join("relay")).isEqualTo("relay-2");
        assertThat(join("LocalHost")).isEqualTo("localhost-3");
    }

    @Test
    void theLabelOfALeaseThatHasEndedIsFree() {
        assertThat(join("cam")).isEqualTo("cam");
        assertThat(join("CAM")).isEqualTo("cam-3");
        allocator.release("cam");
        // this allocator moves those behind
        assertThat(join("CAM")).isEqualTo("cam");
    }

    @Test
    void aLabelThatBecomesFreeIsForTheOldestThatWantsItAlsoAfterARestart() {
        Leases leases = new Leases();
        labels = new DeviceLabels(leases);
        assertThat(leases.join("cam")).isEqualTo("cam");
        assertThat(leases.join("CAM")).isEqualTo("cam-3");
        assertThat(leases.join("cAm")).isEqualTo("cam-4");
        leases.release("cam");
        // connected as cam-3, it does not hear of it yet; nobody else gets the name meanwhile
        assertThat(leases.join("Cam")).isEqualTo("cam-5");
        assertThat(leases.join("cAm")).isEqualTo("cam-4");
        labels = new DeviceLabels(leases);
        assertThat(leases.join("Cam")).isEqualTo("cam-5");
        assertThat(leases.join("CAM")).isEqualTo("cam");
        assertThat(leases.join("cam")).isEqualTo("cam-6");
    }

    @Test
    void theOldestThatWantsALabelGetsItWhenItRegistersAgain() {
        Leases leases = new Leases();
        labels = new DeviceLabels(leases);
        assertThat(leases.join("cam")).isEqualTo("cam");
        assertThat(leases.join("CAM")).isEqualTo("cam-3");
        leases.release("cam");
        // the same device, but a younger lease
        assertThat(leases.join("cam")).isEqualTo("cam-4");
        assertThat(leases.join("CAM")).isEqualTo("cam");
        leases.release("CAM");
        assertThat(leases.join("Cam")).isEqualTo("cam-5");
        leases.release("cam");
        // none of those who waited before it is left
        assertThat(leases.join("Cam")).isEqualTo("cam");
    }

    /** Its leases have an age, and no node is used twice. */
    private final class Leases implements AddressAllocator {
        private final Map<String, Lease> all = new LinkedHashMap<>();
        private int given;

        String join(String deviceId) {
            return labels.of(allocate(deviceId).toCompletableFuture().join()).label();
        }

        @Override
        public VirtualNetwork network() {
            return allocator.network();
        }

        @Override
        public CompletionStage<Lease> allocate(String deviceId) {
            return CompletableFuture.completedFuture(all.computeIfAbsent(deviceId, id -> {
                Instant now = Instant.ofEpochSecond(given);
                int node = network().firstNode() + given++;
                return new Lease(id, node, network().ipv4(node), network().ipv6(node), now, now, false);
            }));
        }

        @Override
        public void renew(String deviceId) {}

        @Override
        public CompletionStage<Boolean> release(String deviceId) {
            return CompletableFuture.completedFuture(all.remove(deviceId) != null);
        }

        @Override
        public Optional<Lease> lease(String deviceId) {
            return Optional.ofNullable(all.get(deviceId));
        }

        @Override
        public List<Lease> leases() {
            return List.copyOf(all.values());
        }
    }

    @Test
    void noTwoDevicesHaveOneLabelWhoeverComesAndGoes() {
        Random random = new Random(5);
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            ids.add((random.nextBoolean() ? "a" : "A") + ".-_:".charAt(random.nextInt(4)) + (1 + random.nextInt(15)));
        }
        for (int round = 0; round < 2_000; round++) {
            String id = ids.get(random.nextInt(ids.size()));
            if (random.nextInt(8) == 0) {
                allocator.release(id);
            } else {
                join(id);
            }
        }
        Map<String, String> told = new HashMap<>();
        allocator
                .leases()
                .forEach(lease -> told.put(lease.deviceId(), labels.of(lease).label()));
        Set<String> different = new HashSet<>(told.values());
        assertThat(different).hasSameSizeAs(told.keySet()).allMatch(Labels::valid);
        allocator
                .leases()
                .forEach(lease -> assertThat(labels.of(lease).label())
                        .as(lease.deviceId())
                        .isEqualTo(told.get(lease.deviceId())));
    }

    @Test
    void labelsOfDevicesThatAreGoneAreForgotten() {
        for (int i = 0; i < 5_000; i++) {
            assertThat(join("device-" + i)).isEqualTo("device-" + i);
            allocator.release("device-" + i);
        }
        assertThat(labels.size()).isLessThan(1_100);
    }
}
