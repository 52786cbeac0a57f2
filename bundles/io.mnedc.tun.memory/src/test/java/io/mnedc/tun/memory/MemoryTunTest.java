package io.mnedc.tun.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunOffload;
import io.mnedc.api.tun.TunSettings;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class MemoryTunTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private final MemoryTunDriver driver = MemoryTunDriver.withAllOffloads();
    private final ByteBuffer batch = ByteBuffer.allocateDirect(200_000);

    @Test
    void injectedPacketsAreReadInBatchesWithHeadroom() throws Exception {
        MemoryTunDevice device = driver.open(settings("mem0"));
        assertThat(device.injectPacket(packet(100))).isTrue();
        assertThat(device.injectPacket(packet(200))).isTrue();
        assertThat(device.injectPacket(packet(300))).isTrue();
        int[] lengths = new int[2];
        assertThat(device.read(batch.position(5), 24, lengths)).isEqualTo(2);
        assertThat(lengths).containsExactly(110, 210);
        assertThat(batch.position()).isEqualTo(5 + 24 + 110 + 24 + 210);
        assertThat(batch.get(5 + 24 + TunDevice.VNET_HEADER)).isEqualTo((byte) 0x45);
        assertThat(device.read(batch, 0, lengths)).isEqualTo(1);
    }

    @Test
    void aBatchTakesNoMoreThanWhatSurelyFits() throws Exception {
        MemoryTunDevice device = driver.open(settings("mem0"));
        device.injectPacket(packet(65_535));
        device.injectPacket(packet(1));
        ByteBuffer small = ByteBuffer.allocateDirect(TunDevice.VNET_HEADER + TunDevice.MAX_PACKET + 100);
        assertThat(device.read(small, 0, new int[9])).isEqualTo(1);
        assertThatThrownBy(() -> device.read(small, 0, new int[9])).isInstanceOf(IllegalArgumentException.class);
        assertThat(device.read(small.clear(), 0, new int[9])).isEqualTo(1);
    }

    @Test
    void writtenPacketsAreTakenAndNonsenseIsRefused() throws Exception {
        MemoryTunDevice device = driver.open(settings("mem0"));
        batch.put(30, new byte[10]).put(40, packet(50));
        int taken = device.write(batch, new int[] {30, 0, 30}, new int[] {60, 20, 60}, 3);
        assertThat(taken).isEqualTo(2);
        assertThat(device.refused()).isEqualTo(1);
        assertThat(device.take(SOON)).hasSize(60).endsWith(packet(50));
        assertThat(device.take(SOON)).hasSize(60);
        assertThat(device.take(Duration.ZERO)).isNull();
    }

    @Test
    void fullQueuesDrop() throws Exception {
        MemoryTunDevice device = driver.open(settings("mem0"));
        batch.put(10, packet(50));
        for (int i = 0; i < MemoryTunDevice.QUEUE; i++) {
            assertThat(device.injectPacket(packet(1))).isTrue();
            assertThat(device.write(batch, new int[] {0}, new int[] {60}, 1)).isEqualTo(1);
        }
        assertThat(device.injectPacket(packet(1))).isFalse();
        assertThat(device.write(batch, new int[] {0}, new int[] {60}, 1)).isZero();
        assertThat(device.refused()).isEqualTo(1);
    }

    @Test
    void closingWakesAWaitingReader() throws Exception {
        MemoryTunDevice device = driver.open(settings("mem0"));
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        device.read(batch, 0, new int[1]);
                        end.complete(new AssertionError("read something"));
                    } catch (Exception e) {
                        end.complete(e);
                    }
                },
                "mnedc-test-reader");
        reader.start();
        while (reader.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        device.close();
        device.close();
        assertThat(end.get(60, TimeUnit.SECONDS)).isInstanceOf(ClosedChannelException.class);
        assertThat(device.isClosed()).isTrue();
        assertThat(device.injectPacket(packet(1))).isFalse();
        assertThatThrownBy(() -> device.write(batch, new int[0], new int[0], 0))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void namesAreGivenAndTakenAsByTheKernel() throws Exception {
        MemoryTunDevice first = driver.open(settings("mem%d"));
        assertThat(driver.open(settings("mem%d")).name()).isEqualTo("mem1");
        assertThatExceptionOfType(TunException.class)
                .isThrownBy(() -> driver.open(settings("mem0")))
                .returns(Reason.NAME_TAKEN, TunException::reason);
        assertThat(driver.device("mem0")).containsSame(first);
        first.close();
        assertThat(driver.device("mem0")).isEmpty();
        assertThat(driver.open(settings("mem%d")).name()).isEqualTo("mem0");
        assertThat(driver.devices()).extracting(TunDevice::name).containsExactly("mem1", "mem0");
    }

    @Test
    void aTestWaitsForAnInterface() throws Exception {
        CompletableFuture<TunDevice> opened = new CompletableFuture<>();
        Thread opener = new Thread(
                () -> {
                    try {
                        opened.complete(driver.open(settings("mem0")));
                    } catch (TunException e) {
                        opened.completeExceptionally(e);
                    }
                },
                "mnedc-test-opener");
        opener.start();
        assertThat(driver.awaitDevice("mem0", SOON)).isSameAs(opened.get(60, TimeUnit.SECONDS));
        opener.join();
        assertThatThrownBy(() -> driver.awaitDevice("mem1", Duration.ZERO))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("mem0");
    }

    @Test
    void settingsChangeButNotNameAndOffload() throws Exception {
        MemoryTunDevice device = driver.open(settings("mem%d"));
        device.configure(new TunSettings("mem%d", 9000, List.of(), List.of(), true));
        assertThat(device.settings().mtu()).isEqualTo(9000);
        assertThat(device.name()).isEqualTo("mem0");
        assertThatThrownBy(() -> device.configure(settings("other"))).isInstanceOf(TunException.class);
        assertThatThrownBy(() -> device.configure(new TunSettings("mem0", 1400, List.of(), List.of(), false)))
                .isInstanceOf(TunException.class);
    }

    @Test
    void offloadsAreThoseOfTheDriverUnlessNotWanted() throws Exception {
        MemoryTunDriver plain = new MemoryTunDriver(Set.of(TunOffload.CHECKSUM));
        assertThat(plain.open(settings("mem0")).offloads()).containsExactly(TunOffload.CHECKSUM);
        assertThat(plain.open(new TunSettings("mem1", 1400, List.of(), List.of(), false))
                        .offloads())
                .isEmpty();
    }

    @Test
    void stoppingTheDriverClosesWhatIsOpen() throws Exception {
        MemoryTunDevice device = driver.open(settings("mem0"));
        driver.stop();
        assertThat(device.isClosed()).isTrue();
        assertThatThrownBy(() -> driver.open(settings("mem0"))).hasMessageContaining("stopped");
    }

    private static TunSettings settings(String name) {
        return new TunSettings(name, 1400, List.of(), List.of(), true);
    }

    private static byte[] packet(int bytes) {
        byte[] packet = new byte[bytes];
        packet[0] = 0x45;
        return packet;
    }
}
