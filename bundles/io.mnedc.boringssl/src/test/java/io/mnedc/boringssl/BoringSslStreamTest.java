package io.mnedc.boringssl;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.security.OverlayTls;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Control streams that end in every way leave no descriptor behind, and not because the garbage collector has run. */
@Timeout(180)
class BoringSslStreamTest {
    private static final BoringSslProvider BORING = new BoringSslProvider();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int TIMES = 20;

    @TempDir
    private Path directory;

    private final ControlLoop group = new ControlLoop("test-control", fault -> {});
    private final EventLoopGroup tasks = new NioEventLoopGroup(2, new DefaultThreadFactory("mnedc-test-tasks", true));
    private ServerSocketChannel server;
    private ControlTls relayTls;
    private ControlTls deviceTls;

    @BeforeEach
    void open() throws Exception {
        server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        TestOverlay overlay = new TestOverlay(directory);
        SSLContext relay = overlay.relay(BORING);
        SSLContext device = TestOverlay.toRelay(BORING, overlay.device("a"));
        Set<String> protocols = Set.of(OverlayTls.CONTROL);
        relayTls =
                new ControlTls(() -> OverlayTls.server(relay, false, OverlayTls.CONTROL), protocols, tasks, PATIENCE);
        deviceTls = new ControlTls(() -> OverlayTls.client(device, OverlayTls.CONTROL), protocols, tasks, PATIENCE);
    }

    @AfterEach
    void close() throws IOException {
        group.close();
        tasks.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5000);
        server.close();
    }

    /** One end: what is done when it is secured, and that it is closed. */
    private static final class End implements ControlStream.Handler {
        final CountDownLatch secured = new CountDownLatch(1);
        final CountDownLatch closed = new CountDownLatch(1);
        volatile @Nullable ControlStream stream;

        @Override
        public void secured(ControlStream made, SSLSession session, String protocol) {
            stream = made;
            secured.countDown();
        }

        @Override
        public void opened(ControlStream made) {}

        @Override
        public void preamble(Preamble preamble) {}

        @Override
        public void message(ControlMessage message) {}

        @Override
        public void broken(ProtocolException broken) {}

        @Override
        public void tick() {}

        @Override
        public void closed(@Nullable Throwable cause) {
            closed.countDown();
        }
    }

    private void nothingIsLeft(BiConsumer<ControlStream, ControlStream> ending) throws Exception {
        once(ending);
        long before = descriptors();
        for (int i = 0; i < TIMES; i++) {
            once(ending);
        }
        awaitAtMost(before + 2);
    }

    private void once(BiConsumer<ControlStream, ControlStream> ending) throws Exception {
        End device = new End();
        End relay = new End();
        ControlStream.connect(group, (InetSocketAddress) server.getLocalAddress(), PATIENCE, deviceTls, device);
        adopt(relay);
        assertThat(device.secured.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(relay.secured.await(60, TimeUnit.SECONDS)).isTrue();
        ending.accept(device.stream, relay.stream);
        assertThat(device.closed.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(relay.closed.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private void adopt(End relay) throws IOException {
        SocketChannel accepted = server.accept();
        accepted.configureBlocking(false);
        assertThat(ControlStream.adopt(group, accepted, ByteBuffer.allocate(0), relayTls, relay))
                .isPresent();
    }

    @Test
    void whenTheDeviceCloses() throws Exception {
        nothingIsLeft((device, relay) -> device.close());
    }

    @Test
    void whenTheRelayCloses() throws Exception {
        nothingIsLeft((device, relay) -> relay.close());
    }

    @Test
    void whenTheRelayClosesAfterWhatItHasSent() throws Exception {
        nothingIsLeft((device, relay) -> relay.closeAfterSent());
    }

    @Test
    void whenTheConnectionIsCut() throws Exception {
        nothingIsLeft((device, relay) -> device.cut());
    }

    @Test
    void whenNothingIsSaid() throws Exception {
        long before = descriptors();
        for (int i = 0; i < TIMES; i++) {
            End relay = new End();
            try (Socket silent = new Socket()) {
                silent.connect(server.getLocalAddress());
                adopt(relay);
            }
            assertThat(relay.closed.await(60, TimeUnit.SECONDS)).isTrue();
        }
        awaitAtMost(before + 2);
    }

    @Test
    void whenNobodyIsThere() throws Exception {
        InetSocketAddress gone = (InetSocketAddress) server.getLocalAddress();
        server.close();
        long before = descriptors();
        for (int i = 0; i < TIMES; i++) {
            End device = new End();
            ControlStream.connect(group, gone, PATIENCE, deviceTls, device);
            assertThat(device.closed.await(60, TimeUnit.SECONDS)).isTrue();
        }
        awaitAtMost(before + 2);
    }

    /** The last things of a connection happen a moment after it is said to be closed. */
    private static void awaitAtMost(long most) throws Exception {
        for (int i = 0; i < 200 && descriptors() > most; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(descriptors()).isLessThanOrEqualTo(most);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }
}
