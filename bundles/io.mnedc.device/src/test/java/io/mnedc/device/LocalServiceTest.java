package io.mnedc.device;

import static io.mnedc.device.Fixture.ipv4;
import static io.mnedc.device.Fixture.ipv6;
import static io.mnedc.device.Fixture.receive;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.LocalService;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.TestPackets.Shape;
import io.mnedc.testing.Await;
import io.mnedc.testing.Log;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Datagrams for the relay's virtual address, with a real relay and an interface in memory. */
@Timeout(180)
class LocalServiceTest {
    /** Where the packets of this test go. */
    private static final int PORT = 2000;

    @RegisterExtension
    final Fixture fixture = new Fixture();

    private final LocalServices services = new LocalServices();
    private TestRelay relay;
    private Node one;

    @BeforeEach
    void begin() throws Exception {
        relay = fixture.relay();
        MemoryTunDriver driver = MemoryTunDriver.withAllOffloads();
        DeviceEnvironment around = new TestEnvironment(driver).local(services).make();
        one = new Node(fixture.device(Fixture.settings("one", relay), around), driver);
        one.awaitReady();
    }

    private static LocalService service(int port, BiFunction<InetSocketAddress, byte[], byte @Nullable []> answer) {
        return new LocalService() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public byte @Nullable [] answer(InetSocketAddress from, byte[] datagram) {
                return answer.apply(from, datagram);
            }
        };
    }

    /** Says who asked, and what. */
    private static LocalService echo() {
        return service(PORT, (from, asked) -> (from + " " + new String(asked, UTF_8)).getBytes(UTF_8));
    }

    private void ask(String text) throws Exception {
        one.tun().injectPacket(TestPackets.udp4(ipv4(2), ipv4(1), text.getBytes(UTF_8)));
    }

    private static void assertFinished(byte[] packet, InetAddress from, InetAddress to, int payload) {
        Shape shape = new Shape(from, to, TestPackets.UDP, 0, 0, payload, 0);
        if (!shape.v6()) {
            assertThat(TestPackets.fold(TestPackets.sum(packet, 0, 20, 0)))
                    .as("checksum of IP")
                    .isEqualTo(0xffff);
        }
        int udp = shape.ipHeader();
        assertThat(packet).hasSize(udp + 8 + payload);
        long sum = TestPackets.sum(packet, udp, packet.length, TestPackets.pseudo(shape, 8 + payload));
        assertThat(TestPackets.fold(sum)).as("checksum of UDP").isEqualTo(0xffff);
        ByteBuffer in = ByteBuffer.wrap(packet);
        assertThat(in.getShort(udp)).isEqualTo((short) PORT);
        assertThat(in.getShort(udp + 2)).isEqualTo((short) 1000);
        byte[] addresses = Arrays.copyOfRange(packet, shape.v6() ? 8 : 12, udp);
        int half = addresses.length / 2;
        assertThat(Arrays.copyOf(addresses, half)).isEqualTo(from.getAddress());
        assertThat(Arrays.copyOfRange(addresses, half, 2 * half)).isEqualTo(to.getAddress());
    }

    @Test
    void aServiceAnswersOverBothProtocols() throws Exception {
        services.add(echo());
        ask("hello");
        byte[] answer = receive(one);
        String said = "/10.0.0.2:1000 hello";
        assertFinished(answer, ipv4(1), ipv4(2), said.length());
        assertThat(new String(answer, 28, answer.length - 28, UTF_8)).isEqualTo(said);

        one.tun().injectPacket(TestPackets.udp6(ipv6(2), ipv6(1), "odd".getBytes(UTF_8)));
        answer = receive(one);
        assertThat(new String(answer, 48, answer.length - 48, UTF_8)).endsWith(" odd");
        assertFinished(answer, ipv6(1), ipv6(2), answer.length - 48);
        Await.until("counted", () -> one.count("local.answered") == 2);
        assertThat(one.count("frames.out")).as("nothing has left the host").isZero();
    }

    @Test
    void whatNoServiceWantsGoesAsBefore() throws Exception {
        services.add(service(PORT + 1, (from, asked) -> asked));
        ask("for nobody");
        Await.until("sent to the relay", () -> one.count("frames.out") == 1);
        LocalService late = echo();
        services.add(late);
        ask("now");
        assertThat(receive(one)).isNotEmpty();
        services.remove(late);
        ask("for nobody again");
        Await.until("sent to the relay", () -> one.count("frames.out") == 2);
        Await.until("counted", () -> one.count("local.answered") == 1);
    }

    @Test
    void onlyThisDeviceIsAnswered() throws Exception {
        services.add(echo());
        one.tun().injectPacket(TestPackets.udp4(ipv4(9), ipv4(1), new byte[1]));
        one.tun().injectPacket(TestPackets.udp4(InetAddress.getByName("192.168.1.7"), ipv4(1), new byte[1]));
        Await.until("dropped", () -> one.count("drop.local") == 2);
        ask("mine");
        assertThat(new String(receive(one), UTF_8)).endsWith("mine");
    }

    @Test
    void fragmentsAndWhatIsTooLargeAreNotAnswered() throws Exception {
        services.add(echo());
        byte[] fragment = TestPackets.udp4(ipv4(2), ipv4(1), "part".getBytes(UTF_8));
        fragment[6] = 0x20;
        one.tun().injectPacket(fragment);
        one.tun().injectPacket(TestPackets.udp4(ipv4(2), ipv4(1), new byte[LocalService.MOST_BYTES + 1]));
        Await.until("dropped", () -> one.count("drop.local") == 1);
        ask("whole");
        assertThat(new String(receive(one), UTF_8)).endsWith("whole");
        Await.until("counted", () -> one.count("local.answered") == 1);
    }

    @Test
    void anAnswerAsLargeAsMayBeArrivesAndALargerOneNot() throws Exception {
        services.add(service(PORT, (from, asked) -> new byte[LocalService.MOST_BYTES + asked.length]));
        ask("x");
        Await.until("dropped", () -> one.count("drop.local") == 1);
        ask("");
        assertThat(receive(one)).hasSize(28 + LocalService.MOST_BYTES);
    }

    @Test
    void aServiceThatFailsHurtsNobody() throws Exception {
        services.add(service(PORT, (from, asked) -> {
            if (asked.length == 0) {
                throw new NoClassDefFoundError("wanted by the test");
            }
            return asked.length == 1 ? null : asked;
        }));
        String log = Log.of(() -> {
            ask("");
            ask("1");
            ask("22");
            assertThat(new String(receive(one), UTF_8)).endsWith("22");
        });
        assertThat(log).contains("local service", "wanted by the test");
        assertThat(one.count("drop.local")).isEqualTo(2);
        assertThat(fixture.failed).isEmpty();
    }

    @Test
    void aServiceThatHangsHoldsUpNoPacketAndLittleMemory() throws Exception {
        Semaphore go = new Semaphore(0);
        services.add(service(PORT, (from, asked) -> {
            go.acquireUninterruptibly();
            return asked;
        }));
        Node two = fixture.ready("two", relay);
        for (int i = 0; i < 200; i++) {
            ask("question " + i);
        }
        byte[] packet = TestPackets.udp4(ipv4(2), ipv4(3), "to a peer".getBytes(UTF_8));
        one.tun().injectPacket(packet);
        assertThat(receive(two)).isEqualTo(packet);
        assertThat(one.count("drop.local")).isEqualTo(200 - 64);
        go.release(64);
        for (int i = 0; i < 64; i++) {
            assertThat(receive(one)).isNotEmpty();
        }
        assertThat(one.tun().take(Duration.ofMillis(100))).isNull();
    }
}
