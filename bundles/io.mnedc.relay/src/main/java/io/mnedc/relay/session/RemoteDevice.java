package io.mnedc.relay.session;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.codec.ControlMessage.Registration.Here;
import io.mnedc.relay.announce.AnnouncementDelta;
import io.mnedc.relay.announce.Announcer;
import io.mnedc.relay.announce.PeerRecord;
import io.mnedc.relay.forward.Destination;
import java.nio.ByteBuffer;
import java.util.Set;

/** A device that is registered at another relay of the overlay. What is for it goes there. Thread-safe, immutable. */
public final class RemoteDevice implements Destination {
    /** The relay where devices are registered. Thread-safe. */
    public interface Home {
        /** {@return its ID among the relays} */
        String relayId();

        /** As {@link Destination#forward}. */
        boolean forward(ByteBuffer in, int from, int to, int frames);

        /** Sends a message for one of its devices, behind all that it has to know before. */
        void send(ControlMessage message);

        /** {@return about how many bytes of control messages wait there} */
        long waitingBytes();
    }

    private final Home home;
    private final long id;
    private final int node;
    private final long instance;
    private final Fence fence;
    private final PeerRecord told;
    private final long begun = System.nanoTime();

    /**
     * As its relay tells of it.
     *
     * @param id random
     */
    public RemoteDevice(Home home, Here here, long id) {
        this.home = home;
        this.id = id;
        this.node = here.node().node();
        this.instance = here.instance();
        this.fence = here.fence();
        this.told = PeerRecord.of(here.node(), Set.copyOf(here.groups()));
    }

    /** {@return where it is registered} */
    public Home home() {
        return home;
    }

    /** {@return which of several registrations counts} */
    public Fence fence() {
        return fence;
    }

    long instance() {
        return instance;
    }

    /** What others are told of it. */
    PeerRecord told() {
        return told;
    }

    /** Whether it came so lately that the devices here may not have been told of it yet. */
    boolean isNew(long now) {
        return Announcer.isNew(begun, now);
    }

    @Override
    public int node() {
        return node;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public String deviceId() {
        return told.deviceId();
    }

    @Override
    public Set<String> groups() {
        return told.groups();
    }

    @Override
    public boolean forward(ByteBuffer in, int from, int to, int frames) {
        return home.forward(in, from, to, frames);
    }

    @Override
    public void send(ControlMessage message) {
        home.send(message);
    }

    @Override
    public long waitingBytes() {
        return home.waitingBytes();
    }

    @Override
    public void tell(AnnouncementDelta last, Runnable done) {
        // its own relay tells it
        done.run();
    }
}
