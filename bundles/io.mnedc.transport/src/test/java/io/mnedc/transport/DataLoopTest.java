package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.ProtocolException;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DataLoopTest {
    private final ChunkPool pool = new ChunkPool(16 << 20);
    private DataLoop loop;
    private ServerSocketChannel server;

    /** Sends each whole frame back and remembers how the stream ended. */
    private static class Echo implements DataHandler {
        final CompletableFuture<DataStream> opened = new CompletableFuture<>();
        final CompletableFuture<String> closed = new CompletableFuture<>();

        @Override
        public void opened(DataStream stream) {
            opened.complete(stream);
        }

        @Override
        public int received(DataStream stream, ByteBuffer in, int from, int to) throws ProtocolException {
            int at = from;
            for (int size = DataFrame.complete(in, at, to); size > 0; size = DataFrame.complete(in, at, to)) {
                at += size;
            }
            stream.send(in, from, at);
            in.limit(to);
            return at;
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            closed.complete(cause == null ? "in order" : String.valueOf(cause.getMessage()));
        }
    }

    @BeforeEach
    void open() throws IOException {
        loop = new DataLoop("test-loop", pool);
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        loop.close();
        server.close();
    }

    private Socket connected(DataHandler handler) throws IOException {
        Socket client =
                new Socket(InetAddress.getLoopbackAddress(), server.socket().getLocalPort());
        client.setSoTimeout(60_000);
        loop.attach(server.accept(), StreamSettings.DEFAULT, handler);
        return client;
    }

    private static byte[] frame(int payload, Random random) {
        byte[] bytes = new byte[DataFrame.HEADER + payload];
        random.nextBytes(bytes);
        DataFrame.putHeader(ByteBuffer.wrap(bytes), 0, DataFrame.PACKET, 2, 3, 1, payload);
        return bytes;
    }

    @Test
    void framesComeWholeHoweverTheyAreCut() throws Exception {
        Random random = new Random(7);
        try (Socket client = connected(new Echo())) {
            client.setTcpNoDelay(true);
            OutputStream out = client.getOutputStream();
            DataInputStream in = new DataInputStream(client.getInputStream());
            for (int payload : new int[] {0, 1, 500, 1400, 30_000, DataFrame.MAX_PAYLOAD}) {
                byte[] frame = frame(payload, random);
                int cut = 1 + random.nextInt(frame.length - 1);
                out.write(frame, 0, cut);
                out.flush();
                out.write(frame, cut, frame.length - cut);
                byte[] back = new byte[frame.length];
                in.readFully(back);
                assertThat(back).isEqualTo(frame);
            }
        }
    }

    @Test
    void aBrokenFrameClosesItsStreamOnly() throws Exception {
        Echo broken = new Echo();
        Echo good = new Echo();
        try (Socket hostile = connected(broken);
                Socket other = connected(good)) {
            hostile.getOutputStream().write(new byte[] {(byte) 0xff, 0, 0, 0, 0});
            assertThat(broken.closed.get(60, TimeUnit.SECONDS)).contains("4278190080");
            assertThat(hostile.getInputStream().read()).isEqualTo(-1);
            byte[] frame = frame(10, new Random(1));
            other.getOutputStream().write(frame);
            assertThat(other.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
        }
    }

    @Test
    void aHandlerThatFailsClosesItsStreamOnly() throws Exception {
        Echo failing = new Echo() {
            @Override
            public int received(DataStream stream, ByteBuffer in, int from, int to) throws ProtocolException {
                throw new ProtocolException(ErrorCode.INTERNAL, "no");
            }
        };
        try (Socket client = connected(failing)) {
            client.getOutputStream().write(1);
            assertThat(failing.closed.get(60, TimeUnit.SECONDS)).isEqualTo("no");
        }
    }

    @Test
    void anErrorCostsOneStreamAndNotTheLoop() throws Exception {
        Echo failing = new Echo() {
            @Override
            public int received(DataStream stream, ByteBuffer in, int from, int to) {
                throw new OutOfMemoryError("wanted by the test");
            }
        };
        try (Socket client = connected(failing);
                Socket other = connected(new Echo())) {
            client.getOutputStream().write(1);
            assertThat(failing.closed.get(60, TimeUnit.SECONDS)).isEqualTo("wanted by the test");
            loop.execute(() -> {
                throw new OutOfMemoryError("wanted by the test");
            });
            byte[] frame = frame(10, new Random(1));
            other.getOutputStream().write(frame);
            assertThat(other.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
        }
    }

    @Test
    void connectsAndTellsWhenItCannot() throws Exception {
        Echo connecting = new Echo();
        loop.connect(
                (InetSocketAddress) server.getLocalAddress(),
                Duration.ofSeconds(5),
                StreamSettings.DEFAULT,
                connecting);
        assertThat(connecting.opened.get(60, TimeUnit.SECONDS).remote()).isEqualTo(server.getLocalAddress());

        int unused;
        try (ServerSocket gone = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            unused = gone.getLocalPort();
        }
        Echo refused = new Echo();
        loop.connect(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), unused),
                Duration.ofSeconds(5),
                StreamSettings.DEFAULT,
                refused);
        assertThat(refused.closed.get(60, TimeUnit.SECONDS)).contains("refused");
        assertThat(refused.opened).isNotDone();
    }

    @Test
    void closingEndsStreamsAndThreadAndLaterStreamsAreClosedAtOnce() throws Exception {
        Echo before = new Echo();
        try (Socket client = connected(before)) {
            before.opened.get(60, TimeUnit.SECONDS);
            loop.close();
            assertThat(before.closed.get(60, TimeUnit.SECONDS)).isEqualTo("in order");
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .doesNotContain("mnedc-test-loop");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        Echo after = new Echo();
        try (Socket late = connected(after)) {
            assertThat(after.closed.get(60, TimeUnit.SECONDS)).isNotNull();
            assertThat(late.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(pool.usedBytes()).isZero();
    }

    @Test
    void aReaderThatStopsCostsItsOwnFramesOnly() throws Exception {
        Echo stalled = new Echo();
        Echo good = new Echo();
        try (Socket sleeper = connected(stalled);
                Socket other = connected(good)) {
            DataStream toSleeper = stalled.opened.get(60, TimeUnit.SECONDS);
            ByteBuffer frames = ByteBuffer.allocateDirect(DataFrame.MAX_FRAME);
            DataFrame.putHeader(frames, 0, DataFrame.PACKET, 2, 3, 1, DataFrame.MAX_PAYLOAD);
            for (int i = 0; i < 2000 && toSleeper.droppedFrames() == 0; i++) {
                toSleeper.send(frames, 0, DataFrame.HEADER + DataFrame.MAX_PAYLOAD);
            }
            assertThat(toSleeper.droppedFrames()).isPositive();
            byte[] frame = frame(1000, new Random(1));
            other.getOutputStream().write(frame);
            assertThat(other.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
            assertThat(sleeper.isConnected()).isTrue();
        }
    }
}
