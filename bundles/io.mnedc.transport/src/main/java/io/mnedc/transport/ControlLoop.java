package io.mnedc.transport;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread that serves control streams and takes decisions. What a task throws is told to the owner, and the next tasks
 * are run.
 */
public final class ControlLoop implements Scheduler, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlLoop.class);
    private static final Timer NEVER = () -> {};

    /** How long streams and tasks may take to end. */
    private static final int END_MILLIS = 2000;

    /** How long the caller of {@link #close} waits at most. */
    private static final int CLOSE_LIMIT_MILLIS = 3000;

    private final String name;
    private final Consumer<Throwable> faults;
    private final NioEventLoopGroup group;

    /**
     * The thread begins with the first work.
     *
     * @param name the thread is called {@code mnedc-<name>}
     * @param faults told on the loop what a task of this loop has thrown; tasks of streams are those of
     *     {@link ControlStream}, which ends with them
     * @throws IllegalStateException if the system has no selector left
     */
    public ControlLoop(String name, Consumer<Throwable> faults) {
        this.name = "mnedc-" + name;
        this.faults = faults;
        this.group = new NioEventLoopGroup(
                1, (ThreadFactory) task -> Daemon.prepared(new FastThreadLocalThread(task, this.name)));
    }

    /** What serves the channels of its streams. */
    EventLoopGroup group() {
        return group;
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (Throwable e) {
                faults.accept(e);
            }
        };
    }

    @Override
    public boolean offer(Runnable task) {
        return offer(group, guarded(task));
    }

    /** Runs a task there; dropped after the end of the loop. */
    static boolean offer(Executor loop, Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            LOG.debug("a task is dropped: the control loop has ended", e);
            return false;
        }
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return timer(() -> group.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS));
    }

    @Override
    public Timer repeat(Duration period, Runnable task) {
        long nanos = period.toNanos();
        return timer(() -> group.scheduleAtFixedRate(guarded(task), nanos, nanos, TimeUnit.NANOSECONDS));
    }

    private static Timer timer(Supplier<Future<?>> scheduling) {
        try {
            Future<?> scheduled = scheduling.get();
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException e) {
            LOG.debug("a task for later is dropped: the control loop has ended", e);
            return NEVER;
        }
    }

    /**
     * Has something done when the thread has ended, by {@link #close} or by itself.
     *
     * @param task on any thread; must not block
     */
    public void whenEnded(Runnable task) {
        group.terminationFuture().addListener(ended -> task.run());
    }

    /** Cuts all streams and ends the thread, within three seconds. Called on the loop itself it does not wait. */
    @Override
    public void close() {
        var ending = group.shutdownGracefully(0, END_MILLIS, TimeUnit.MILLISECONDS);
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                return;
            }
        }
        if (!ending.awaitUninterruptibly(CLOSE_LIMIT_MILLIS)) {
            LOG.warn("{} did not end within {} ms", name, CLOSE_LIMIT_MILLIS);
        }
    }
}
