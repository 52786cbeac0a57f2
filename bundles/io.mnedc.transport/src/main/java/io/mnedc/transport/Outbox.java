package io.mnedc.transport;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What a control stream has still to send. Netty is given a little at a time, since each message there costs many times its
 * size; the rest waits here, with its true cost counted, under a bound for this peer and one for all. All on the stream's
 * event loop, unless it says otherwise.
 */
final class Outbox implements SendBudget.Holder {
    /** What a message costs beside its bytes: objects here and in Netty. */
    static final int OVERHEAD = 256;

    /** Answers that wait for a peer before nothing more is read from it, and when reading goes on. */
    static final int PAUSE = 64 << 10;

    private static final int RESUME = PAUSE / 2;

    /** Bytes that Netty has at once. */
    private static final int MOST_UNDER_WAY = 64 << 10;
    /** Writes that Netty has at once; each becomes a TLS record at least. */
    private static final int MOST_WRITES = 8;
    /** Messages that fit go in one write, and so in one TLS record. */
    private static final int WRITE = 16 << 10;

    /** What is done with the connection. */
    interface Owner {
        /** Too much waits: it must be cut. */
        void overflown(String why);

        /** Answers wait, or do not any more: reading is to end or to go on. */
        void congested(boolean now);
    }

    /**
     * A message, or something to do when all before it has left.
     *
     * @param answer whether it counts for {@link #PAUSE}
     */
    private record Entry(
            List<ByteBuffer> parts,
            int cost,
            boolean answer,
            @Nullable Runnable task) {}

    private final SendBudget budget;
    private final Owner owner;
    private final ArrayDeque<Entry> queue = new ArrayDeque<>();
    /** Given to {@link ControlStream#send} and not here yet. */
    private final AtomicLong coming = new AtomicLong();

    private @Nullable Channel channel;
    private long most;
    private long answers;
    private int writes;
    private long underWay;
    private int inbound;
    private boolean draining;
    private boolean congested;
    private boolean ended;
    private long completed;
    private long seenCompleted;
    private long seenPending;
    // written on the event loop, read by others too
    private volatile long waiting;
    private volatile long stuckSince = System.nanoTime();
    /** It had to give way: it is not counted any more, and about to end. */
    private volatile boolean leaving;

    Outbox(SendBudget budget, long most, Owner owner) {
        this.budget = budget;
        this.most = most;
        this.owner = owner;
    }

    void attach(Channel to) {
        channel = to;
    }

    /** From now on so much may wait. */
    void allow(long bytes) {
        most = bytes;
    }

    /** About how many bytes wait; any thread. */
    long waiting() {
        return waiting;
    }

    @Override
    public long stuckSince() {
        return stuckSince;
    }

    @Override
    public void giveWay() {
        leaving = true;
        Channel open = channel;
        if (open != null) {
            open.eventLoop()
                    .execute(() ->
                            overflow("the peer does not read: too much waits for all together, and for it longest"));
        }
    }

    static int cost(ByteBuffer... parts) {
        int cost = OVERHEAD;
        for (ByteBuffer part : parts) {
            cost += part.remaining();
        }
        return cost;
    }

    /** A message is on its way here; any thread. */
    void announce(int cost) {
        coming.addAndGet(cost);
    }

    /** It is here. */
    void arrived(int cost) {
        coming.addAndGet(-cost);
    }

    /** Whether so many answers wait that nothing more should be read. */
    boolean full() {
        return answers + coming.get() > PAUSE;
    }

    /**
     * Sends, now or later.
     *
     * @param answer whether it counts for {@link #PAUSE}
     */
    void send(boolean answer, ByteBuffer... parts) {
        if (ended) {
            return;
        }
        int cost = cost(parts);
        if (waiting + cost > most) {
            overflow("the peer does not read: too much waits for it");
            return;
        }
        add(new Entry(List.of(parts), cost, answer, null));
    }

    /** Runs a task when all that was sent before has left; never if the stream ends before. */
    void afterSent(Runnable task) {
        if (!ended) {
            add(new Entry(List.of(), 0, false, task));
        }
    }

    private void add(Entry entry) {
        if (waiting == 0) {
            stuckSince = System.nanoTime();
        }
        queue.add(entry);
        answers += entry.answer ? entry.cost : 0;
        count(entry.cost);
        drain();
    }

    /** So much more, or less, waits here or in Netty. */
    private void count(long more) {
        long now = waiting + more;
        waiting = now;
        hold(now + inbound);
    }

    /** Bytes that have come and are no whole message yet hold memory as well. */
    void inbound(int bytes) {
        if (!ended && bytes != inbound) {
            if (waiting == 0 && inbound == 0) {
                stuckSince = System.nanoTime();
            }
            inbound = bytes;
            hold(waiting + bytes);
        }
    }

    private void hold(long all) {
        if (!ended && !leaving) {
            budget.hold(this, all);
        }
    }

    private void drain() {
        Channel open = channel;
        if (draining || open == null) {
            // what is written may leave at once and come back here
            return;
        }
        draining = true;
        try {
            while (!ended && !queue.isEmpty()) {
                Entry head = queue.getFirst();
                if (head.task != null) {
                    if (writes > 0) {
                        break;
                    }
                    queue.removeFirst();
                    head.task.run();
                } else if (writes < MOST_WRITES && underWay < MOST_UNDER_WAY) {
                    write(open);
                } else {
                    break;
                }
            }
        } finally {
            draining = false;
        }
        tellCongestion();
    }

    /** One write: as many messages as fit. */
    private void write(Channel open) {
        long cost = 0;
        long answering = 0;
        ChannelFuture last = null;
        for (Entry head = queue.peekFirst();
                head != null && head.task == null && (last == null || cost + head.cost <= WRITE);
                head = queue.peekFirst()) {
            queue.removeFirst();
            cost += head.cost;
            answering += head.answer ? head.cost : 0;
            for (ByteBuffer part : head.parts) {
                last = open.write(Unpooled.wrappedBuffer(part));
            }
        }
        if (last == null) {
            return;
        }
        writes++;
        underWay += cost;
        long all = cost;
        long ofAnswers = answering;
        open.flush();
        last.addListener((ChannelFutureListener) written -> left(written, all, ofAnswers));
    }

    private void left(ChannelFuture written, long cost, long answering) {
        writes--;
        underWay -= cost;
        answers -= answering;
        completed++;
        stuckSince = System.nanoTime();
        if (ended) {
            return;
        }
        count(-cost);
        if (written.isSuccess()) {
            drain();
        } else {
            written.channel().pipeline().fireExceptionCaught(written.cause());
        }
    }

    private void tellCongestion() {
        boolean now = answers > (congested ? RESUME : PAUSE);
        if (now != congested && !ended) {
            congested = now;
            owner.congested(now);
        }
    }

    /** Nothing was read because of {@link #full}: have reading go on when that is over. */
    void pause() {
        if (!congested && !ended) {
            congested = true;
            owner.congested(true);
        }
    }

    /** What was announced is here by now: looks whether reading can go on. */
    void look() {
        tellCongestion();
    }

    /**
     * How long the peer has taken nothing of what waits. To be called now and then.
     *
     * @return nanoseconds; 0 if nothing waits
     */
    long stuck(long now) {
        Channel open = channel;
        if (waiting == 0 || open == null) {
            return 0;
        }
        ChannelOutboundBuffer buffer = open.unsafe().outboundBuffer();
        long pending = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        if (completed != seenCompleted || pending < seenPending) {
            stuckSince = now;
        }
        seenCompleted = completed;
        seenPending = pending;
        return now - stuckSince;
    }

    private void overflow(String why) {
        if (!ended) {
            end();
            owner.overflown(why);
        }
    }

    /** The stream is closed: what waits is forgotten. */
    void end() {
        if (!ended) {
            ended = true;
            budget.release(this);
            queue.clear();
            waiting = 0;
        }
    }
}
