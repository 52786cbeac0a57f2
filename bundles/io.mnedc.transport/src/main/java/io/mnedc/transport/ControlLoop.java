package io.mnedc.transport;

import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one thread that serves control streams and takes decisions: a loop of Netty that keeps no fault for itself. Netty
 * logs what a task throws as a warning, says nothing of what a task for later throws, and does not repeat a periodic task
 * after that.
 */
public final class ControlLoop extends NioEventLoopGroup {
    private final Consumer<Throwable> faults;

    /**
     * Makes it; the thread begins with the first work.
     *
     * @param name of the thread
     * @param faults told on the loop what a task of this loop has thrown; tasks of streams are those of
     *     {@link ControlStream}, which ends with them
     * @throws IllegalStateException if the system has no selector left
     */
    public ControlLoop(String name, Consumer<Throwable> faults) {
        super(1, (ThreadFactory) task -> Daemon.prepared(new FastThreadLocalThread(task, name)));
        this.faults = faults;
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
    public void execute(Runnable task) {
        super.execute(guarded(task));
    }

    @Override
    public Future<?> submit(Runnable task) {
        return super.submit(guarded(task));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return super.schedule(guarded(task), delay, unit);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        // what is written as one statement may be a callable that nobody asks for its result
        return super.schedule(
                () -> {
                    try {
                        return task.call();
                    } catch (Throwable e) {
                        faults.accept(e);
                        throw e;
                    }
                },
                delay,
                unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
        return super.scheduleAtFixedRate(guarded(task), first, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
        return super.scheduleWithFixedDelay(guarded(task), first, delay, unit);
    }
}
