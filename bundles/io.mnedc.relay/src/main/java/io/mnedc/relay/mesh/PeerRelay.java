package io.mnedc.relay.mesh;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.forward.Allowance;
import io.mnedc.relay.forward.Routes;
import io.mnedc.relay.forward.StreamOwner;
import io.mnedc.relay.session.RemoteDevice;
import io.mnedc.relay.session.Session;
import io.mnedc.relay.session.Sessions;
import io.mnedc.relay.settings.Limits;
import io.mnedc.transport.DataStream;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One other relay, as frames and messages of devices see it: where they go, and what may come from there. Thread-safe. */
final class PeerRelay implements RemoteDevice.Home, StreamOwner {
    private static final Logger LOG = LoggerFactory.getLogger(PeerRelay.class);
    private static final int PROBE = 8;

    private final String relayId;
    private final Sessions sessions;
    private final Allowance allowance = new Allowance(() -> Limits.NONE, System.nanoTime());
    private final AtomicReference<@Nullable DataStream> data = new AtomicReference<>();
    private volatile @Nullable LinkStream link;
    private volatile Opaque secret;

    PeerRelay(String relayId, Sessions sessions, Opaque secret) {
        this.relayId = relayId;
        this.sessions = sessions;
        this.secret = secret;
    }

    @Override
    public String relayId() {
        return relayId;
    }

    /** The link to it; null while there is none. */
    @Nullable
    LinkStream link() {
        return link;
    }

    /** Another link, or none. */
    void link(@Nullable LinkStream now, Opaque itsSecret) {
        link = now;
        secret = itsSecret;
        unbind();
    }

    @Override
    public boolean forward(ByteBuffer in, int from, int to, int frames) {
        DataStream stream = data.get();
        if (stream == null) {
            return false;
        }
        stream.send(in, from, to);
        return true;
    }

    @Override
    public void send(ControlMessage message) {
        LinkStream present = link;
        if (present != null && message instanceof Envelope envelope) {
            present.pass(envelope);
        }
    }

    @Override
    public long waitingBytes() {
        LinkStream present = link;
        return present == null ? 0 : present.waitingBytes();
    }

    @Override
    public String deviceId() {
        return "relay " + relayId;
    }

    @Override
    public Set<String> groups() {
        return Set.of();
    }

    @Override
    public Opaque secret() {
        return secret;
    }

    @Override
    public void bind(DataStream stream) {
        retire(data.getAndSet(stream));
        LOG.debug("frames flow to and from relay {}", relayId);
        if (link == null) {
            // the link was lost, or the relay shut out, while the stream was bound
            unbind();
        }
    }

    @Override
    public void unbind(DataStream stream) {
        if (data.compareAndSet(stream, null)) {
            LinkStream present = link;
            if (present != null) {
                present.dataLost();
            }
        }
    }

    @Override
    public void unbind() {
        retire(data.getAndSet(null));
    }

    private static void retire(@Nullable DataStream old) {
        if (old != null) {
            old.close();
        }
    }

    /** The stream of frames; null while there is none. */
    @Nullable
    DataStream data() {
        return data.get();
    }

    /** Asks the other relay for an echo, which shows that the stream of frames works in both directions. */
    void probe() {
        DataStream stream = data.get();
        if (stream != null) {
            ByteBuffer echo = ByteBuffer.allocateDirect(DataFrame.HEADER + PROBE);
            DataFrame.putHeader(echo, 0, DataFrame.ECHO, Protocol.RELAY_NODE, Protocol.RELAY_NODE, 0, PROBE);
            stream.send(echo, 0, echo.capacity());
        }
    }

    @Override
    public boolean mayCarry(int source, int destination) {
        if (source == Protocol.RELAY_NODE) {
            // its echoes are for this relay only: to devices they would look like those of their own relay
            return destination == Protocol.RELAY_NODE;
        }
        // a device that has moved to that relay may be faster than the news of it; what it is not, its peers' keys tell
        return !(sessions.to(source) instanceof Session);
    }

    @Override
    public Routes reach(Routes all) {
        return sessions.here();
    }

    @Override
    public boolean isAsked() {
        return true;
    }

    @Override
    public Allowance allowance() {
        return allowance;
    }

    @Override
    public void came(int frames, long bytes) {
        // the relay's counters have it; no figures of each link are told
    }

    @Override
    public void overLimit(String what, long now) {
        // there is no limit between relays
    }

    @Override
    public void flooding(String what) {
        // there is no limit between relays
    }
}
