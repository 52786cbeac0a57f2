package io.mnedc.tun;

import static io.mnedc.tun.Packets.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.tun.TunDevice;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two kernels' network stacks talk to each other through two interfaces, whose packets the test carries over. */
class TwoHostsTest {
    private static final int BYTES = 32 << 20;

    private final AtomicInteger largest = new AtomicInteger();

    @ParameterizedTest
    @CsvSource({"198.18.0.1/24, 198.18.0.2/24", "fd00:6d::1/64, fd00:6d::2/64"})
    void tcpTravelsInSuperPackets(String one, String other) throws Exception {
        LinuxTunDriver driver = new LinuxTunDriver();
        try (NetworkNamespace left = new NetworkNamespace("left");
                NetworkNamespace right = new NetworkNamespace("right");
                TunDevice leftTun = left.call(() -> driver.open(settings("tun0", one)));
                TunDevice rightTun = right.call(() -> driver.open(settings("tun0", other)))) {
            Thread there = carry(leftTun, rightTun);
            Thread back = carry(rightTun, leftTun);
            InetAddress server = Packets.prefix(other).address();
            try (ServerSocket listening = right.call(() -> new ServerSocket(0, 1, server));
                    Socket client = left.call(() -> new Socket(server, listening.getLocalPort()));
                    Socket accepted = listening.accept()) {
                CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> send(client));
                receive(accepted.getInputStream());
                sent.get(60, TimeUnit.SECONDS);
            }
            driver.stop();
            there.join();
            back.join();
            assertThat(largest.get()).as("largest packet at an MTU of 1400").isGreaterThan(30_000);
            assertThat(leftTun.refused() + rightTun.refused()).isZero();
        }
    }

    @Test
    void datagramsLargerThanTheMtuArrive() throws Exception {
        LinuxTunDriver driver = new LinuxTunDriver();
        try (NetworkNamespace left = new NetworkNamespace("left");
                NetworkNamespace right = new NetworkNamespace("right");
                TunDevice leftTun = left.call(() -> driver.open(settings("tun0", "198.18.0.1/24")));
                TunDevice rightTun = right.call(() -> driver.open(settings("tun0", "198.18.0.2/24")))) {
            Thread there = carry(leftTun, rightTun);
            InetAddress server = InetAddress.getByName("198.18.0.2");
            try (DatagramSocket to = right.call(() -> new DatagramSocket(7000, server));
                    DatagramSocket from = left.call(() -> new DatagramSocket())) {
                to.setSoTimeout(60_000);
                for (int size : new int[] {0, 1, 1371, 1372, 1373, 20_000, 65_507}) {
                    byte[] content = new byte[size];
                    new Random(size).nextBytes(content);
                    from.send(new DatagramPacket(content, size, server, 7000));
                    DatagramPacket received = new DatagramPacket(new byte[65_535], 65_535);
                    to.receive(received);
                    assertThat(Arrays.copyOf(received.getData(), received.getLength()))
                            .isEqualTo(content);
                }
            }
            driver.stop();
            there.join();
        }
    }

    private Thread carry(TunDevice from, TunDevice to) {
        Thread thread = new Thread(
                () -> {
                    try {
                        carryUntilClosed(from, to);
                    } catch (ClosedChannelException e) {
                        // the end of the test
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                "mnedc-test-carrier");
        thread.start();
        return thread;
    }

    private void carryUntilClosed(TunDevice from, TunDevice to) throws IOException {
        ByteBuffer batch = ByteBuffer.allocateDirect(1 << 20);
        int[] lengths = new int[64];
        int[] offsets = new int[64];
        while (true) {
            int count = from.read(batch.clear(), Packets.HEADROOM, lengths);
            int at = 0;
            for (int i = 0; i < count; i++) {
                offsets[i] = at + Packets.HEADROOM;
                at = offsets[i] + lengths[i];
                largest.accumulateAndGet(lengths[i], Math::max);
            }
            to.write(batch, offsets, lengths, count);
        }
    }

    private static void send(Socket socket) {
        Random content = new Random(1);
        byte[] block = new byte[1 << 16];
        try (OutputStream out = socket.getOutputStream()) {
            for (int sent = 0; sent < BYTES; sent += block.length) {
                content.nextBytes(block);
                out.write(block);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void receive(InputStream in) throws IOException {
        Random content = new Random(1);
        byte[] expected = new byte[1 << 16];
        byte[] block = new byte[1 << 16];
        for (int received = 0; received < BYTES; received += block.length) {
            content.nextBytes(expected);
            assertThat(in.readNBytes(block, 0, block.length)).isEqualTo(block.length);
            assertThat(block).as("bytes from %d", received).isEqualTo(expected);
        }
        assertThat(in.read()).isEqualTo(-1);
    }
}
