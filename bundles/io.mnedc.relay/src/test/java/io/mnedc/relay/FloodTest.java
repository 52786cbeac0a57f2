package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.security.JoinToken;
import io.mnedc.security.device.DeviceIdentityStore;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever pours a gigabyte into a connection before he has proved who he is: he is cut off, and nobody else notices. */
@Timeout(180)
class FloodTest extends WithOverlay {
    private static final byte[] HI = {1, 2, 3};
    private static final long GIGABYTE = 1L << 30;
    /** What the sockets' buffers take until the sender hears that he is cut off. */
    private static final long IN_BUFFERS = 24 << 20;

    private static final long MEMORY = 24 << 20;
    /** A message of 500 bytes and a type that nobody knows, to be ignored. */
    private static final byte[] UNKNOWN =
            ByteBuffer.allocate(500).putInt(496).putShort((short) 0x7f01).array();

    /** What is poured into what. */
    enum Flood {
        TLS_RECORDS,
        BEFORE_HELLO,
        ENROLMENT,
        DATA_STREAM,
        PLAIN_CONTROL
    }

    private Socket open(Flood flood) throws Exception {
        switch (flood) {
            case BEFORE_HELLO -> {
                PlainDevice device = TestOverlay.dial(relay.address(), overlay.identity("x", Instant.now()));
                device.sendPreamble(StreamKind.CONTROL);
                return device.control;
            }
            case ENROLMENT -> {
                return TestOverlay.enrolling(relay.address(), overlay.token(Optional.empty(), 1)).control;
            }
            default -> {
                Socket socket = new Socket();
                socket.setSoTimeout(60_000);
                socket.connect(relay.address());
                byte[] begin = switch (flood) {
                    case DATA_STREAM -> Preamble.of(StreamKind.DATA).encode().array();
                    case PLAIN_CONTROL ->
                        Preamble.of(StreamKind.CONTROL).encode().array();
                    default -> new byte[0];
                };
                socket.getOutputStream().write(begin);
                return socket;
            }
        }
    }

    private static byte[] content(Flood flood) {
        ByteBuffer all = ByteBuffer.allocate(1 << 16);
        // a handshake record, in which a ClientHello of sixteen megabytes begins, or goes on
        byte[] record = ByteBuffer.allocate(16_000 + 5)
                .put(new byte[] {0x16, 3, 1, 0x3e, (byte) 0x80, 1, (byte) 0xff, (byte) 0xff, (byte) 0xff, 3, 3})
                .array();
        byte[] part = flood == Flood.TLS_RECORDS ? record : UNKNOWN;
        while (all.remaining() >= part.length) {
            all.put(part);
        }
        byte[] whole = new byte[all.position()];
        all.flip().get(whole);
        return whole;
    }

    private static void pour(Socket into, byte[] what, AtomicLong sent) {
        try {
            while (sent.get() < GIGABYTE) {
                into.getOutputStream().write(what);
                sent.addAndGet(what.length);
            }
        } catch (IOException e) {
            // cut off
        }
    }

    private static long memory() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    }

    @ParameterizedTest
    @EnumSource
    void itIsCutOffMemoryStaysAndOthersGoOn(Flood flood) throws Exception {
        try (PlainDevice a = TestOverlay.joined(relay.address(), overlay.identity("a", Instant.now()), "a");
                PlainDevice b = TestOverlay.joined(relay.address(), overlay.identity("b", Instant.now()), "b");
                Socket into = open(flood)) {
            byte[] content = content(flood);
            AtomicLong sent = new AtomicLong();
            long before = memory();
            Thread attacker = new Thread(() -> pour(into, content, sent));
            attacker.start();
            exchange(a, b, attacker::isAlive);
            attacker.join();
            assertThat(sent.get()).isLessThan(IN_BUFFERS);
            TestRelay.eventually(() -> relay.relay().services().halfOpen().count() == 0);
            assertThat(memory() - before).isLessThan(MEMORY);
            assertThat(relay.relay().services().sessions().count()).isEqualTo(2);
        }
    }

    private static void exchange(PlainDevice a, PlainDevice b, BooleanSupplier goOn) throws IOException {
        int exchanges = 0;
        while (goOn.getAsBoolean() || exchanges < 50) {
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
            exchanges++;
        }
    }

    private static void say(PlainDevice device, int bytes) throws IOException {
        for (int said = 0; said < bytes; said += UNKNOWN.length) {
            device.control.getOutputStream().write(UNKNOWN);
        }
    }

    @Test
    void sixtyThousandBytesBeforeHelloAreHeardAndNotMuchMore() throws Exception {
        try (PlainDevice device = TestOverlay.dial(relay.address(), overlay.identity("x", Instant.now()))) {
            device.sendPreamble(StreamKind.CONTROL);
            device.receivePreamble();
            // each in a record of its own, which TLS makes 22 bytes longer
            say(device, 56_000);
            device.send(new Ping(7));
            assertThat(device.receiveRaw(Pong.class).token()).isEqualTo(7);
            assertCut(device);
        }
    }

    @Test
    void sixtyThousandBytesBeforeAnEnrolmentAreHeardAndNotMuchMore() throws Exception {
        DeviceIdentityStore store = overlay.store("a");
        JoinToken token = overlay.token(Optional.of("a"), 1);
        try (PlainDevice device = TestOverlay.enrolling(relay.address(), token)) {
            say(device, 56_000);
            device.send(new Enrol(
                    "a",
                    token.id(),
                    Opaque.copyOf(token.secret()),
                    Opaque.copyOf(store.enrolmentRequest("a", token)),
                    "test/1"));
            assertThat(device.receive()).isInstanceOf(Credentials.class);
        }
        try (PlainDevice device = TestOverlay.enrolling(relay.address(), token)) {
            say(device, 56_000);
            assertCut(device);
        }
    }

    /** Twelve thousand bytes more are too many. */
    private static void assertCut(PlainDevice device) {
        boolean cut = false;
        try {
            say(device, 12_000);
            cut = device.control.getInputStream().read() < 0;
        } catch (IOException e) {
            cut = true;
        }
        assertThat(cut).isTrue();
    }

    @Test
    void theSameWithoutTls() throws Exception {
        relay.restart(new TestSettings());
        try (PlainDevice device = new PlainDevice(relay.address())) {
            device.sendPreamble(StreamKind.CONTROL);
            device.receivePreamble();
            byte[] rest = ControlCodec.encode(new Ping(7)).array();
            say(device, 64_000);
            device.control.getOutputStream().write(rest);
            assertThat(device.receiveRaw(Pong.class).token()).isEqualTo(7);
            assertCut(device);
        }
    }
}
