package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.DataHello;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.forward.BindingHandler;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.ChunkPool;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.StreamSettings;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A data stream that nobody has proved to be his: anybody can open one, and the loops that serve it forward frames. */
@Timeout(180)
class BindingTest extends WithRelay {
    private static final byte[] HI = {1, 2, 3};
    /** A message of a type that nobody knows. */
    private static final byte[] UNKNOWN = {0, 0, 0, 2, 0x7f, 1};

    private static byte[] repeated(byte[] what, int times) {
        ByteBuffer all = ByteBuffer.allocate(what.length * times);
        for (int i = 0; i < times; i++) {
            all.put(what);
        }
        return all.array();
    }

    private static byte[] encoded(ControlMessage message) {
        ByteBuffer bytes = ControlCodec.encode(message);
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return copy;
    }

    /** Begins a data stream so, and waits until the relay closes it. */
    private void refused(byte[]... said) throws IOException {
        try (Socket stream = open()) {
            for (byte[] part : said) {
                stream.getOutputStream().write(part);
            }
            stream.getInputStream().readAllBytes();
        } catch (SocketException e) {
            // what it had not read is answered with a reset
        }
    }

    /** Whoever is refused may see it before it is counted. */
    private void awaitRefusals(int count) throws Exception {
        TestRelay.eventually(() -> relay.count(Counter.REFUSED_BIND) >= count);
        assertThat(relay.count(Counter.REFUSED_BIND)).isEqualTo(count);
    }

    private Socket open() throws IOException {
        Socket stream = new Socket();
        stream.setSoTimeout(8000); // less than a stream may take
        stream.connect(relay.address());
        stream.getOutputStream().write(Preamble.of(StreamKind.DATA).encode().array());
        return stream;
    }

    @Test
    void aMessageOfAnUnknownTypeEndsIt() throws Exception {
        refused(UNKNOWN);
        awaitRefusals(1);
        refused(encoded(new DataHello(1, Opaque.copyOf(new byte[Protocol.NONCE]))), UNKNOWN);
        awaitRefusals(2);
    }

    @Test
    void noticesAreCountedAndALongMessageIsNotWaitedFor() throws Exception {
        byte[] notice = encoded(ErrorReport.notice(ErrorCode.INTERNAL, ""));
        refused(repeated(notice, 5));
        awaitRefusals(1);
        byte[] talkative = encoded(ErrorReport.notice(ErrorCode.INTERNAL, "x".repeat(500)));
        refused(talkative, talkative);
        awaitRefusals(2);
        // the beginning of one that would be longer
        refused(new byte[] {0, 0, 4, 1, 0, 3});
        awaitRefusals(3);
    }

    @Test
    void aNoticeOrTwoDoNotKeepADeviceOut() throws Exception {
        byte[] notice = encoded(ErrorReport.notice(ErrorCode.INTERNAL, "hello"));
        byte[] wrong = encoded(new DataHello(1, Opaque.copyOf(new byte[Protocol.NONCE])));
        try (Socket stream = open()) {
            stream.getOutputStream().write(notice);
            stream.getOutputStream().write(notice);
            stream.getOutputStream().write(wrong);
            byte[] heard = stream.getInputStream().readNBytes(Preamble.SIZE + 6);
            assertThat(heard[heard.length - 1]).as("it is challenged").isEqualTo((byte) 17);
        }
    }

    @Test
    void whoeverPoursMessagesIntoSuchStreamsDisturbsNobody() throws Exception {
        byte[] flood = repeated(UNKNOWN, 100_000);
        byte[] notices = repeated(encoded(ErrorReport.notice(ErrorCode.INTERNAL, "")), 10_000);
        List<Thread> attackers = new ArrayList<>();
        try (PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            for (int i = 0; i < 8; i++) {
                byte[] mine = i % 2 == 0 ? flood : notices;
                Thread attacker = new Thread(() -> pour(mine));
                attackers.add(attacker);
                attacker.start();
            }
            for (int i = 0; i < 200; i++) {
                a.sendFrame(b.welcome.node(), HI);
                assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
            }
            for (Thread attacker : attackers) {
                attacker.join();
            }
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
        }
        awaitRefusals(8 * 5);
        TestRelay.eventually(() -> relay.relay().services().halfOpen().count() == 0);
    }

    private void pour(byte[] flood) {
        for (int i = 0; i < 5; i++) {
            try (Socket stream = open()) {
                stream.getOutputStream().write(flood);
                stream.getInputStream().readAllBytes();
            } catch (IOException e) {
                // it is cut off
            }
        }
    }

    @Test
    void whenItIsClosedNothingOfItIsLeft() throws Exception {
        Refusals refusals = new Refusals(new Counter.Set(), Events.NONE);
        HalfOpen halfOpen = new HalfOpen(() -> 10, refusals);
        List<WeakReference<BindingHandler>> handlers = new ArrayList<>();
        try (DataLoop loop = new DataLoop("test-loop", new ChunkPool(1 << 20));
                Loopback loopback = new Loopback()) {
            for (int i = 0; i < 5; i++) {
                handlers.add(begun(loop, halfOpen, refusals, loopback.from(2)));
            }
            // long before a stream's time is up
            TestRelay.eventually(() -> {
                System.gc();
                return handlers.stream().allMatch(handler -> handler.get() == null);
            });
        }
    }

    private WeakReference<BindingHandler> begun(
            DataLoop loop, HalfOpen halfOpen, Refusals refusals, Loopback.Pair connection) throws IOException {
        SocketChannel client = connection.client();
        BindingHandler handler = new BindingHandler(
                loop,
                Duration.ofHours(1),
                relay.relay().services().sessions(),
                relay.relay().services().session().counters(),
                refusals,
                relay.relay().services().session().random(),
                halfOpen.enter(connection.accepted(), System.nanoTime()));
        loop.attach(connection.accepted(), StreamSettings.DEFAULT, handler);
        ByteBuffer preamble = ByteBuffer.allocate(Preamble.SIZE);
        while (preamble.hasRemaining()) {
            assertThat(client.read(preamble)).isPositive();
        }
        client.close();
        return new WeakReference<>(handler);
    }
}
