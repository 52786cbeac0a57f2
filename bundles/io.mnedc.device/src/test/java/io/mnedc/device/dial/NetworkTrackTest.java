package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.InTlsLab;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.TimeFloor;
import io.mnedc.transport.ChunkPool;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlTls;
import io.mnedc.transport.DataLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Races over real connections. */
@Timeout(60)
class NetworkTrackTest extends InTlsLab {
    private static final int PATIENCE_MILLIS = 30_000;

    private final ControlLoop loop = new ControlLoop("test-control", fault -> {});
    private final DataLoop data = new DataLoop("test-data", new ChunkPool(1));
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @AfterEach
    void end() {
        data.close();
        loop.close();
    }

    NetworkTrackTest() throws IOException {}

    @Test
    void addressThatAcceptsAndIsSilentLosesAndIsClosed() throws Exception {
        try (ServerSocket silent =
                        new ServerSocket(lab.relay.port(), 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 2}));
                Resolver resolver = new Resolver(host ->
                        new InetAddress[] {silent.getInetAddress(), InetAddress.getByAddress(new byte[] {127, 0, 0, 1})
                        })) {
            silent.setSoTimeout(PATIENCE_MILLIS);
            run(resolver);
            assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("won /127.0.0.1:" + lab.relay.port());
            try (Socket loser = silent.accept()) {
                loser.setSoTimeout(PATIENCE_MILLIS);
                // its ClientHello, and then the end
                assertThat(loser.getInputStream().readAllBytes()).startsWith((byte) 22);
            }
        }
    }

    @Test
    void addressWhereNobodyListensIsPassedBy() throws Exception {
        try (Resolver resolver = new Resolver(host -> new InetAddress[] {
            InetAddress.getByAddress(new byte[] {127, 0, 0, 3}), InetAddress.getByAddress(new byte[] {127, 0, 0, 1})
        })) {
            run(resolver);
            assertThat(events.poll(30, TimeUnit.SECONDS)).isEqualTo("won /127.0.0.1:" + lab.relay.port());
        }
    }

    private void run(Resolver resolver) throws Exception {
        JoinToken token = lab.gate.token(lab.relay);
        TimeFloor floor = TimeFloor.open(directory.resolve("floor"), lab.clock);
        Supplier<SSLEngine> engines = () -> {
            try {
                return OverlayTls.client(
                        OverlayTls.context(null, null, OverlayTrust.pinned(token.fingerprint(), floor)),
                        OverlayTls.ENROL);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        };
        ControlTls tls = new ControlTls(engines, Set.of(OverlayTls.ENROL), loop, Duration.ofSeconds(30));
        RelayRace race = Dialer.tcp(
                        loop,
                        data,
                        resolver,
                        new Finders(kind -> null),
                        new Tries(),
                        new Paths(() -> null, () -> "test"))
                .control(
                        List.of(new RelayAddress("relay.example", lab.relay.port())),
                        Map.of(),
                        relay -> tls,
                        (place, addresses) -> {},
                        told -> List.of(),
                        new RecordedEvents());
        loop.execute(race::resume);
    }

    private final class RecordedEvents implements RelayRace.Events {
        @Override
        public void trying(RelayAddress relay) {
            // only the end counts
        }

        @Override
        public void failed(RelayAddress relay, String why, boolean lasting) {
            events.add("failed " + why);
        }

        @Override
        public void won(Target target, Connection connection) {
            events.add("won " + target.address());
            connection.cut();
        }

        @Override
        public void exhausted() {
            events.add("exhausted");
        }
    }
}
