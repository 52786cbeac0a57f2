package io.mnedc.device.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.device.TestRelay;
import io.mnedc.device.common.Counters;
import io.mnedc.device.data.FrameSender;
import io.mnedc.device.data.PeerTable;
import io.mnedc.device.network.Membership;
import io.mnedc.device.seal.PeerEngines;
import io.mnedc.security.OverlayTls;
import io.mnedc.testing.Await;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The thread that makes keys goes on, whatever one peer brings about. */
@Timeout(180)
class KeyExchangeTest implements PeerEngines {
    private final FrameSender sender = new FrameSender();
    private final Counters counters = new Counters();
    private final List<Envelope> sent = new CopyOnWriteArrayList<>();
    private final Map<String, Error> faults = new ConcurrentHashMap<>();
    private final KeyExchange sealing =
            new KeyExchange(sender, new PeerTable(), counters, this, Duration.ofMinutes(2), this::send);

    @BeforeEach
    void begin() throws Exception {
        Opaque secret = Opaque.copyOf(new byte[32]);
        Welcome welcome = new Welcome(0, 1, secret, 2, 0x0a000000, 24, TestRelay.ULA, 1000, 1, "test/1");
        sealing.joined("one", Membership.of(welcome, true));
        for (int node = 3; node < 10; node++) {
            sealing.present(node, "peer-" + node);
        }
    }

    @AfterEach
    void end() {
        sealing.close();
    }

    @Override
    public SSLEngine engine(String peerId, boolean initiator) throws GeneralSecurityException {
        Error fault = faults.get(peerId);
        if (fault != null) {
            throw fault;
        }
        return OverlayTls.client(SSLContext.getDefault(), ALPN);
    }

    @Override
    public void admit(String peerId, SSLSession session) {
        // nobody gets that far
    }

    private void send(Envelope envelope) {
        Error fault = faults.get("sending to " + envelope.destination());
        if (fault != null) {
            throw fault;
        }
        sent.add(envelope);
    }

    private void packetFor(int node) {
        synchronized (sender) {
            sealing.peers().await(node, DataFrame.PACKET, ByteBuffer.allocate(20), 0, 20, System.nanoTime());
        }
    }

    private void awaitHandshakeWith(int node) throws Exception {
        Await.until("a handshake with node " + node, () -> sent.stream().anyMatch(each -> each.destination() == node));
    }

    @Test
    void faultWithOnePeerIsCountedAndTheNextOneIsServed() throws Exception {
        faults.put("peer-3", new StackOverflowError("deep"));
        faults.put("sending to 4", new NoClassDefFoundError("org/example/Gone"));
        packetFor(3);
        packetFor(4);
        packetFor(5);
        awaitHandshakeWith(5);
        assertThat(counters.handshakesFailed.sum()).isEqualTo(2);
        assertThat(sent).allMatch(each -> each.destination() == 5);
        Await.until("what waited is given up", () -> counters.noKey.sum() >= 2);
    }

    @Test
    void timeGoesOnAfterAFault() throws Exception {
        packetFor(3);
        awaitHandshakeWith(3);
        // the second try, a second later, fails here
        faults.put("peer-3", new AssertionError("wrong"));
        Await.until("failed", () -> counters.handshakesFailed.sum() == 1);
        packetFor(5);
        Await.until(
                "a second try with another",
                () -> sent.stream().filter(each -> each.destination() == 5).count() == 2);
    }
}
