package io.mnedc.device.info;

import io.mnedc.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A control loop that runs tasks at once, and those for later when it is told to. */
final class NoLoop implements Scheduler {
    final Deque<Runnable> later = new ArrayDeque<>();

    @Override
    public boolean offer(Runnable task) {
        task.run();
        return true;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        later.add(task);
        return () -> later.remove(task);
    }

    @Override
    public Timer repeat(Duration period, Runnable task) {
        throw new UnsupportedOperationException("nobody repeats");
    }
}
