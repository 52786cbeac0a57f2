package io.mnedc.device;

import io.mnedc.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A control loop that runs tasks at once, and those for later when it is told to. */
public final class NoLoop implements Scheduler {
    /** What is to be done, and when. */
    public record Later(Duration delay, Runnable task) {}

    public final Deque<Later> later = new ArrayDeque<>();

    @Override
    public boolean offer(Runnable task) {
        task.run();
        return true;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Later added = new Later(delay, task);
        later.add(added);
        return () -> later.remove(added);
    }

    @Override
    public Timer repeat(Duration period, Runnable task) {
        throw new UnsupportedOperationException("nobody repeats");
    }
}
