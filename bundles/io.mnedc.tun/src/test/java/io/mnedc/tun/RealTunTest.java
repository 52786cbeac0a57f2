package io.mnedc.tun;

import static io.mnedc.tun.Packets.prefix;
import static io.mnedc.tun.Packets.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunOffload;
import io.mnedc.api.tun.TunSettings;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Interfaces of the kernel, in a network namespace of the test's own. */
class RealTunTest extends InNamespace {
    @Test
    void anOpenInterfaceIsUpWithItsMtuAndAddresses() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d", "198.18.0.1/24", "fd00:6d::1/64"))) {
                assertThat(device.name()).isEqualTo("tun0");
                assertThat(device.settings()).isEqualTo(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64"));
                NetworkInterface there = NetworkInterface.getByName("tun0");
                assertThat(there.isUp()).isTrue();
                assertThat(there.getMTU()).isEqualTo(1400);
                assertThat(there.getInterfaceAddresses())
                        .extracting(Object::toString)
                        .containsExactly("/198.18.0.1/24 [null]");
                assertThat(NetworkNamespace.ipv6Addresses("tun0"))
                        .containsExactly("fd00006d000000000000000000000001/64");
                assertThat(there.supportsMulticast()).isFalse();
                assertThat(NetworkNamespace.ip("link", "show", "tun0"))
                        .contains("qlen " + LinkConfiguration.QUEUE_LENGTH);
            }
            assertThat(NetworkInterface.getByName("tun0")).isNull();
        });
    }

    @Test
    void theKernelsOffloadsAreUsedUnlessNotWanted() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d"))) {
                assertThat(device.offloads()).contains(TunOffload.CHECKSUM, TunOffload.TSO4, TunOffload.TSO6);
            }
            try (TunDevice device = driver.open(new TunSettings("tun%d", 1400, List.of(), List.of(), false))) {
                assertThat(device.offloads()).isEmpty();
            }
        });
    }

    @Test
    void whatAnApplicationSendsIsRead() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d", "198.18.0.1/24", "fd00:6d::1/64"));
                    DatagramSocket socket = new DatagramSocket()) {
                send(socket, "198.18.0.2", 100);
                send(socket, "fd00:6d::2", 200);
                List<byte[]> packets = Packets.read(device);
                if (packets.size() == 1) {
                    packets = Stream.concat(packets.stream(), Packets.read(device).stream())
                            .toList();
                }
                // nothing else: the kernel does not chatter on this interface
                assertThat(packets)
                        .extracting(p -> p.length - TunDevice.VNET_HEADER)
                        .containsExactly(20 + 8 + 100, 40 + 8 + 200);
                assertThat(ipv4Destination(packets.get(0))).isEqualTo("198.18.0.2");
            }
        });
    }

    @Test
    void aRouteLeadsFurtherNetworksIntoTheInterface() throws Exception {
        namespace.run(() -> {
            TunSettings settings = new TunSettings(
                    "tun%d",
                    1400,
                    List.of(prefix("198.18.0.1/32"), prefix("fd00:6d::1/128")),
                    List.of(prefix("198.18.0.0/24"), prefix("fd00:6d::/64")),
                    true);
            try (TunDevice device = driver.open(settings);
                    DatagramSocket socket = new DatagramSocket()) {
                send(socket, "198.18.0.77", 1);
                assertThat(ipv4Destination(Packets.read(device).get(0))).isEqualTo("198.18.0.77");
                send(socket, "fd00:6d::77", 2);
                assertThat(Packets.read(device).get(0)).hasSize(TunDevice.VNET_HEADER + 40 + 8 + 2);
            }
        });
    }

    @Test
    void theKernelAnswersWhatIsWritten() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d", "198.18.0.1/24"))) {
                byte[] request = Packets.echoRequest("198.18.0.2", "198.18.0.1", "hello");
                assertThat(Packets.write(device, request)).isEqualTo(1);
                byte[] reply = Packets.read(device).get(0);
                assertThat(ipv4Destination(reply)).isEqualTo("198.18.0.2");
                assertThat(reply[TunDevice.VNET_HEADER + 20])
                        .as("ICMP type: echo reply")
                        .isZero();
                assertThat(reply).endsWith("hello".getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    @Test
    void aRefusedPacketIsCountedAndTheOthersAreTaken() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d", "198.18.0.1/24"))) {
                byte[] good = Packets.echoRequest("198.18.0.2", "198.18.0.1", "hello");
                byte[] notIp = new byte[60];
                assertThat(Packets.write(device, good, notIp, new byte[3], good))
                        .isEqualTo(2);
                assertThat(device.refused()).isEqualTo(2);
            }
        });
    }

    @Test
    void aBatchTakesWhatIsThereAndLeavesTheRest() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d", "198.18.0.1/24"));
                    DatagramSocket socket = new DatagramSocket()) {
                for (int size = 1; size <= 10; size++) {
                    send(socket, "198.18.0.2", size);
                }
                ByteBuffer batch = ByteBuffer.allocateDirect(100_000).position(3);
                int[] lengths = new int[4];
                assertThat(device.read(batch, 0, lengths)).isEqualTo(4);
                assertThat(lengths).containsExactly(39, 40, 41, 42);
                assertThat(batch.position()).isEqualTo(3 + 39 + 40 + 41 + 42);
                assertThat(batch.get(3 + TunDevice.VNET_HEADER)).isEqualTo((byte) 0x45);
                assertThat(Packets.read(device)).hasSize(6);
            }
        });
    }

    @Test
    void aBatchThatCannotHoldAPacketIsRefused() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun%d"))) {
                int least = TunDevice.VNET_HEADER + TunDevice.MAX_PACKET;
                assertThatThrownBy(() -> device.read(ByteBuffer.allocateDirect(least), 1, new int[1]))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(String.valueOf(least + 1));
                assertThatThrownBy(() -> device.read(ByteBuffer.allocate(least), 0, new int[1]))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> device.write(ByteBuffer.allocateDirect(9), new int[] {5}, new int[] {5}, 1))
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
        });
    }

    @Test
    void closingWakesAWaitingReader() throws Exception {
        TunDevice device = namespace.call(() -> driver.open(settings("tun%d", "198.18.0.1/24")));
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        Packets.read(device);
                        end.complete(new AssertionError("read something"));
                    } catch (IOException | RuntimeException e) {
                        end.complete(e);
                    }
                },
                "mnedc-test-reader");
        reader.start();
        while (!isInPoll(reader)) {
            Thread.onSpinWait();
        }
        device.close();
        device.close();
        assertThat(end.get(60, TimeUnit.SECONDS)).isInstanceOf(ClosedChannelException.class);
        reader.join();
        assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> Packets.write(device, new byte[40]));
        assertThatThrownBy(() -> device.configure(settings("tun0")))
                .isInstanceOf(TunException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void openingAndClosingLeavesNoDescriptorAndNoInterface() throws Exception {
        namespace.run(() -> {
            driver.open(settings("tun0", "198.18.0.1/24")).close();
            List<String> before = descriptors();
            for (int i = 0; i < 100; i++) {
                driver.open(settings("tun0", "198.18.0.1/24", "fd00:6d::1/64")).close();
            }
            assertThat(descriptors()).isEqualTo(before).doesNotContain("/dev/net/tun");
            assertThat(NetworkNamespace.interfaces()).containsExactly("lo");
        });
    }

    @Test
    void aFailedOpenLeavesNothing() throws Exception {
        namespace.run(() -> {
            assertThatThrownBy(() -> driver.open(settings("tun0", "198.18.0.1/24", "ff02::1/64")))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("cannot add the address ff02:0:0:0:0:0:0:1/64 of interface tun0");
            assertThat(descriptors()).doesNotContain("/dev/net/tun");
            assertThat(NetworkNamespace.interfaces()).containsExactly("lo");
        });
    }

    @Test
    void stoppingTheDriverRemovesWhatIsOpen() throws Exception {
        namespace.run(() -> {
            TunDevice device = driver.open(settings("tun0", "198.18.0.1/24"));
            driver.stop();
            assertThatExceptionOfType(ClosedChannelException.class).isThrownBy(() -> Packets.read(device));
            assertThat(NetworkNamespace.interfaces()).containsExactly("lo");
            assertThatThrownBy(() -> driver.open(settings("tun0")))
                    .isInstanceOf(TunException.class)
                    .hasMessageContaining("stopped");
        });
    }

    @Test
    void aTakenNameIsToldWithItsSetting() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("mnedc", "198.18.0.1/24"))) {
                assertThat(device.name()).isEqualTo("mnedc");
                assertThatExceptionOfType(TunException.class)
                        .isThrownBy(() -> driver.open(settings("mnedc", "198.18.1.1/24")))
                        .withMessageContaining("mnedc")
                        .withMessageContaining("tun.name")
                        .returns(Reason.NAME_TAKEN, TunException::reason);
            }
            assertThatExceptionOfType(TunException.class)
                    .isThrownBy(() -> driver.open(settings("lo")))
                    .returns(Reason.NAME_TAKEN, TunException::reason);
        });
    }

    @Test
    void aNetworkWithAGatewayOfThisMachineIsRefused() throws Exception {
        namespace.run(() -> {
            NetworkNamespace.ip("link", "add", "wan", "type", "veth", "peer", "name", "wan-end");
            NetworkNamespace.ip("addr", "add", "198.19.0.7/32", "dev", "wan");
            NetworkNamespace.ip("link", "set", "wan-end", "up");
            NetworkNamespace.ip("link", "set", "wan", "up");
            NetworkNamespace.ip(
                    "route", "add", "default", "via", "198.18.3.254", "dev", "wan", "onlink", "table", "77");
            NetworkNamespace.ip(
                    "route",
                    "add",
                    "0.0.0.0/1",
                    "nexthop",
                    "via",
                    "198.18.4.254",
                    "dev",
                    "wan",
                    "onlink",
                    "nexthop",
                    "via",
                    "198.18.5.254",
                    "dev",
                    "wan",
                    "onlink");
            NetworkNamespace.ip("-6", "route", "add", "default", "via", "fd00:6e::1", "dev", "wan", "onlink");
            NetworkNamespace.ip("route", "add", "203.0.113.0/24", "via", "198.18.6.254", "dev", "wan", "onlink");
            for (String gateway : List.of("198.18.3.254", "198.18.4.254", "198.18.5.254")) {
                String network = gateway.substring(0, gateway.lastIndexOf('.'));
                assertThatExceptionOfType(TunException.class)
                        .isThrownBy(() -> driver.open(settings("tun0", network + ".1/24")))
                        .withMessageContaining("default gateway " + gateway + " of interface wan")
                        .withMessageContaining("\"pool\" (PID io.mnedc.address)")
                        .returns(Reason.NETWORK_OVERLAP, TunException::reason);
            }
            assertThatExceptionOfType(TunException.class)
                    .isThrownBy(() -> driver.open(settings("tun0", "fd00:6e::2/64")))
                    .withMessageContaining("default gateway fd00:6e:0:0:0:0:0:1")
                    .withMessageContaining("ipv6.prefix");
            // it is known by its interface how that one is reached
            driver.open(settings("tun0", "198.18.6.1/24")).close();
        });
    }

    @Test
    void anInterfaceThatIsInAnotherNetworkMeanwhileIsFoundByTheSameSettings() throws Exception {
        namespace.run(() -> {
            TunSettings wanted = settings("tun0", "198.18.0.1/24");
            try (TunDevice device = driver.open(wanted)) {
                device.configure(wanted);
                NetworkNamespace.ip("link", "add", "wan", "type", "veth", "peer", "name", "wan-end");
                NetworkNamespace.ip("addr", "add", "198.18.0.7/32", "dev", "wan");
                assertThatExceptionOfType(TunException.class)
                        .isThrownBy(() -> device.configure(wanted))
                        .withMessageContaining("overlaps 198.18.0.7/32 of interface wan")
                        .returns(Reason.NETWORK_OVERLAP, TunException::reason);
            }
        });
    }

    @Test
    void aSecondDeviceOfOneOverlayIsToldThatThereIsOne() throws Exception {
        namespace.run(() -> {
            try (TunDevice first = driver.open(settings("mnedc0", "198.18.0.2/24", "fd00:6d::2/64"))) {
                assertThat(first.name()).isEqualTo("mnedc0");
                assertThatExceptionOfType(TunException.class)
                        .isThrownBy(() -> driver.open(settings("mnedc1", "198.18.0.3/24", "fd00:6d::3/64")))
                        .withMessageContaining("a device of this overlay runs on this host already")
                        .withMessageContaining("interface mnedc0 with 198.18.0.2/24")
                        .withMessageContaining(
                                "process " + ProcessHandle.current().pid())
                        .returns(Reason.NETWORK_OVERLAP, TunException::reason);
                assertThatExceptionOfType(TunException.class)
                        .as("another overlay that happens to have the same pool")
                        .isThrownBy(() -> driver.open(settings("mnedc1", "198.18.0.3/24", "fd00:6f::3/64")))
                        .withMessageContaining("overlaps 198.18.0.0/24 of interface mnedc0")
                        .withMessageContaining("choose another pool");
            }
        });
    }

    @Test
    void anOverlapIsToldWithNetworkInterfaceAndSetting() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("lan", "198.18.0.1/16", "fd00:6d::1/64"))) {
                assertThat(device.name()).isEqualTo("lan");
                assertThatExceptionOfType(TunException.class)
                        .isThrownBy(() -> driver.open(settings("tun0", "198.18.3.1/24")))
                        .withMessageContaining("198.18.3.0/24 overlaps 198.18.0.0/16 of interface lan")
                        .withMessageContaining("\"pool\" (PID io.mnedc.address)")
                        .returns(Reason.NETWORK_OVERLAP, TunException::reason);
                assertThatExceptionOfType(TunException.class)
                        .isThrownBy(() -> driver.open(settings("tun0", "fd00:6d::2/48")))
                        .returns(Reason.NETWORK_OVERLAP, TunException::reason);
                assertThat(NetworkNamespace.interfaces()).containsExactlyInAnyOrder("lo", "lan");
            }
        });
    }

    @Test
    void aRemovedInterfaceEndsTheReaderWithAnError() throws Exception {
        namespace.run(() -> {
            try (TunDevice device = driver.open(settings("tun0", "198.18.0.1/24"))) {
                NetworkNamespace.ip("link", "delete", "tun0");
                assertThatThrownBy(() -> Packets.read(device))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(ClosedChannelException.class)
                        .hasMessageContaining("removed the interface");
            }
        });
    }

    private static void send(DatagramSocket socket, String to, int bytes) throws IOException {
        socket.send(new DatagramPacket(new byte[bytes], bytes, InetAddress.getByName(to), 9));
    }

    private static String ipv4Destination(byte[] packet) throws IOException {
        int at = TunDevice.VNET_HEADER + 16;
        return InetAddress.getByAddress(Arrays.copyOfRange(packet, at, at + 4)).getHostAddress();
    }

    /** {@return the open descriptors of the kinds that the driver uses, each as often as there are} */
    private static List<String> descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.map(RealTunTest::target)
                    .filter(t -> t.equals("/dev/net/tun") || t.contains("eventfd") || t.startsWith("socket:"))
                    .sorted()
                    .toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    private static boolean isInPoll(Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length > 0 && stack[0].getMethodName().equals("poll");
    }
}
