package io.mnedc.cluster;

import io.mnedc.api.store.Transaction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.data.Stat;
import org.jspecify.annotations.Nullable;

/**
 * Makes transactions, one after the other. Each is decided by the mirror and made only if the ensemble is as the mirror then; else it is
 * decided again. An answer that was lost is found in the register. Used by the store's own thread.
 */
final class Committer {
    /** Of the nodes being altered by another program. */
    private static final int MOST_FAULTS = 5;

    private static final int MOST_PAUSE_MILLIS = 20;

    private static final class Work {
        private final Transaction transaction;
        private final CompletableFuture<Boolean> result;
        private final long deadline;
        private long serial;
        /** An answer is awaited, or a pause. */
        private boolean busy;
        /** The server of the connection had all that is in the mirror, at least. */
        private boolean confirmed;
        /** An answer was lost. */
        private boolean lost;
        /** What the mirror must have before it is asked again. */
        private long after;
        /** The number of the transaction, once it was made. */
        private long made;

        /** Of its entry of the log. */
        private int bytes;

        private boolean large;
        private int conflicts;
        private int faults;

        Work(Transaction transaction, CompletableFuture<Boolean> result, long deadline) {
            this.transaction = transaction;
            this.result = result;
            this.deadline = deadline;
        }
    }

    private final Link link;
    private final Layout layout;
    private final Mirror mirror;
    private final Follower follower;
    private final Register register;
    private final ScheduledExecutorService thread;
    private final Executor teller;
    private final Duration bound;
    private final Deque<Work> waiting = new ArrayDeque<>();
    private @Nullable Work current;
    private long serial;
    private boolean timed;

    /**
     * Nothing to do yet.
     *
     * @param thread the store's own
     * @param teller completes what was asked for
     * @param bound after this a transaction has failed
     */
    Committer(
            Link link,
            Layout layout,
            Mirror mirror,
            Follower follower,
            Register register,
            ScheduledExecutorService thread,
            Executor teller,
            Duration bound) {
        this.link = link;
        this.layout = layout;
        this.mirror = mirror;
        this.follower = follower;
        this.register = register;
        this.thread = thread;
        this.teller = teller;
        this.bound = bound;
    }

    /**
     * Makes a transaction after those before it.
     *
     * @param asked when, by {@link System#nanoTime}
     */
    void add(Transaction transaction, CompletableFuture<Boolean> result, long asked) {
        waiting.add(new Work(transaction, result, asked + bound.toNanos()));
        step();
        time();
    }

    /** Goes on, if that is possible now. */
    void step() {
        boolean more = true;
        while (more) {
            if (current == null) {
                current = waiting.poll();
                if (current != null) {
                    serial++;
                    current.serial = serial;
                }
            }
            more = current != null && !current.busy && follower.has(current.after) && decide(current);
        }
    }

    /** {@return whether it has an end} */
    private boolean decide(Work work) {
        if (work.made > 0) {
            return mirror.newest() >= work.made && end(work, true);
        }
        if (mirror.holds(work.transaction)) {
            return attempt(work);
        }
        if (!work.confirmed) {
            confirm(work);
            return false;
        }
        if (work.lost) {
            askRegister(work);
            return false;
        }
        return end(work, false);
    }

    private boolean end(Work work, boolean result) {
        current = null;
        teller.execute(() -> work.result.complete(result));
        return true;
    }

    private void fail(Work work, String why) {
        if (work.equals(current)) {
            current = null;
        }
        waiting.remove(work);
        teller.execute(() -> work.result.completeExceptionally(new IOException(why)));
    }

    /** Lets the mirror have all that has been made until now. */
    private void confirm(Work work) {
        work.busy = true;
        link.sync(
                layout.root(),
                code -> answered(work, code, () -> {
                    work.after = follower.heardOf();
                    work.confirmed = true;
                }));
    }

    /** Takes an answer, and goes on if it was a good one; lost ones are asked for again when there is a connection. */
    private void answered(Work work, Code code, Runnable good) {
        if (!work.equals(current)) {
            return;
        }
        work.busy = false;
        if (code == Code.OK) {
            good.run();
        } else if (Link.isLost(code)) {
            lost(code);
        } else {
            fail(work, "the store " + layout.root() + " has refused: " + code);
        }
        step();
    }

    private boolean attempt(Work work) {
        var attempt = new Attempt(link, layout, mirror, register, work.transaction, work.serial);
        if (attempt.asksNothing()) {
            return end(work, true);
        }
        work.busy = true;
        work.bytes = attempt.bytes();
        work.large = attempt.isLarge();
        attempt.send(link, (code, results) -> tried(work, attempt, code, results));
        return false;
    }

    private void tried(Work work, Attempt attempt, Code code, @Nullable List<OpResult> results) {
        long made = code == Code.OK && !attempt.isQuestion() ? attempt.made(results) : 0;
        if (!work.equals(current)) {
            return;
        }
        work.busy = false;
        if (code == Code.OK) {
            if (attempt.isQuestion()) {
                end(work, true);
            } else {
                work.made = made;
            }
        } else if (Link.isLost(code)) {
            work.lost |= !attempt.isQuestion();
            lost(code);
        } else {
            refused(work, attempt, code, results);
        }
        step();
    }

    private void refused(Work work, Attempt attempt, Code code, @Nullable List<OpResult> results) {
        switch (attempt.refusedBy(code, results)) {
            case REGISTER_CHANGED -> askRegister(work);
            case REGISTER_GONE -> registerGone(work);
            case BUCKET -> {
                // the server had what was in the way, so it was told of before this answer
                work.after = follower.heardOf();
                work.confirmed = true;
                work.conflicts++;
                pause(work);
            }
            case REMOVAL -> register.removedBefore();
            case OTHER -> {
                work.faults++;
                if (work.faults > MOST_FAULTS) {
                    fail(
                            work,
                            "the store " + layout.root() + " has refused: " + code
                                    + "; if another program has altered it, that must end");
                } else {
                    work.confirmed = false;
                    follower.reload(true);
                }
            }
        }
    }

    /** Another relay was faster: so that two do not hinder each other again and again. */
    private void pause(Work work) {
        if (work.conflicts > 1) {
            work.busy = true;
            long most = Math.min(MOST_PAUSE_MILLIS, 2L * work.conflicts);
            thread.schedule(
                    () -> {
                        work.busy = false;
                        step();
                    },
                    ThreadLocalRandom.current().nextLong(1 + most),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Was it made by an attempt whose answer was lost? */
    private void askRegister(Work work) {
        work.busy = true;
        boolean decided = work.confirmed && !mirror.holds(work.transaction);
        link.getData(register.path(), (code, data, stat) -> {
            if (code == Code.NONODE) {
                if (work.equals(current)) {
                    work.busy = false;
                    registerGone(work);
                    step();
                }
                return;
            }
            answered(work, code, () -> found(work, data, stat, decided));
        });
    }

    private void found(Work work, byte @Nullable [] data, @Nullable Stat stat, boolean decided) {
        if (stat == null) {
            return;
        }
        if (Arrays.equals(data, Register.bytes(work.serial))) {
            register.madeAtLast(work.serial, stat.getVersion(), work.bytes, work.large);
            work.made = stat.getMzxid();
        } else {
            register.is(stat.getVersion());
            if (decided) {
                end(work, false);
            }
        }
    }

    private void registerGone(Work work) {
        if (work.lost) {
            fail(work, "the connection to the store was lost for so long that nobody knows whether this was made");
        }
        register.replace();
        follower.lost();
        link.again();
    }

    private void lost(Code code) {
        follower.lost();
        if (code != Code.CONNECTIONLOSS && code != Code.SESSIONEXPIRED) {
            // there may be a connection all the same
            link.failed("A request to the store " + layout.root() + " was not answered", code);
        }
    }

    private void time() {
        Work first = current == null ? waiting.peek() : current;
        if (!timed && first != null) {
            timed = true;
            thread.schedule(this::expire, first.deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void expire() {
        timed = false;
        long now = System.nanoTime();
        for (Work first = current == null ? waiting.peek() : current;
                first != null && first.deadline - now <= 0;
                first = waiting.peek()) {
            fail(first, late());
        }
        step();
        time();
    }

    private String late() {
        return "not within " + bound.toSeconds() + " seconds: the store " + layout.root()
                + (follower.ready() ? " is too busy" : " is not there; check that most servers of the ensemble run");
    }

    /** Fails all. */
    void close() {
        String why = "the store was closed";
        if (current != null) {
            fail(current, why);
        }
        while (!waiting.isEmpty()) {
            fail(waiting.element(), why);
        }
    }
}
