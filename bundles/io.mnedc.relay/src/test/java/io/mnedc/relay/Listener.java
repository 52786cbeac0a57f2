package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.codec.session.DeviceSession;
import io.mnedc.codec.session.Effect;
import io.mnedc.relay.announce.AnnouncementFeed;
import io.mnedc.relay.announce.PeerRecord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A device as far as it listens: what it knows follows from the messages of its feed, checked as a device checks them. */
public final class Listener implements AnnouncementFeed.Out {
    private final DeviceSession session;
    private final AnnouncementFeed feed;
    private final Map<String, NodeRecord> known = new TreeMap<>();
    public final Set<String> everHeardOf = new HashSet<>();
    public int messages;
    public int snapshots;
    private long waiting;
    private @Nullable Runnable afterSent;
    public boolean slow;

    public Listener(PeerRecord self, Supplier<AnnouncementFeed.State> state) {
        session = new DeviceSession(
                new Hello(self.deviceId(), 1, "", 0, Protocol.SECURITY_NONE, NodeInfo.NONE), 1_000_000_000, 0);
        session.start();
        session.received(
                new Welcome(0, 1, Opaque.copyOf(new byte[Protocol.SECRET]), 2, 0x0a000000, 8, 0xfdL << 56, 5000, 1, ""),
                0);
        feed = new AnnouncementFeed(self, this, state.get(), state);
    }

    public AnnouncementFeed feed() {
        return feed;
    }

    public Map<String, NodeRecord> known() {
        return known;
    }

    /** The network takes what waits. */
    public void drain() {
        waiting = 0;
        Runnable next = afterSent;
        afterSent = null;
        if (next != null) {
            next.run();
        }
    }

    public void drainAll() {
        slow = false;
        while (afterSent != null) {
            drain();
        }
    }

    @Override
    public long waitingBytes() {
        return waiting;
    }

    @Override
    public boolean scarce() {
        return false;
    }

    @Override
    public void afterSent(Runnable task) {
        assertThat(afterSent).as("asked once").isNull();
        afterSent = task;
        if (!slow) {
            drain();
        }
    }

    @Override
    public void sendNow(ByteBuffer... parts) {
        int size = 0;
        for (ByteBuffer part : parts) {
            size += part.remaining();
        }
        ByteBuffer whole = ByteBuffer.allocate(size);
        for (ByteBuffer part : parts) {
            whole.put(part.duplicate());
        }
        whole.flip();
        waiting += slow ? size : 0;
        messages++;
        try {
            assertThat(whole.getInt()).isEqualTo(whole.remaining());
            session.received(ControlCodec.decode(whole), 0).forEach(this::take);
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    private void take(Effect effect) {
        if (effect instanceof Effect.Snapshot snapshot) {
            known.clear();
            snapshots++;
            snapshot.nodes().forEach(this::put);
            assertThat(known)
                    .as("nobody is there twice")
                    .hasSize(snapshot.nodes().size());
        } else if (effect instanceof Effect.Changes changes) {
            assertThat(changes.changes()).isNotEmpty();
            List<Change> useless = new ArrayList<>();
            for (Change change : changes.changes()) {
                if (change instanceof Change.Present present) {
                    if (present.node().equals(known.get(present.node().deviceId()))) {
                        useless.add(change);
                    }
                    put(present.node());
                } else if (change instanceof Change.Absent absent) {
                    everHeardOf.add(absent.deviceId());
                    if (known.remove(absent.deviceId()) == null) {
                        useless.add(change);
                    }
                }
            }
            assertThat(useless).as("told already").isEmpty();
        } else {
            throw new AssertionError(effect.toString());
        }
    }

    private void put(NodeRecord node) {
        known.put(node.deviceId(), node);
        everHeardOf.add(node.deviceId());
    }
}
