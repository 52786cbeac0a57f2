package io.mnedc.device.relays;

import io.mnedc.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** A loop whose time the test moves. */
final class TestLoop implements Scheduler {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<Runnable> later = new ArrayList<>();

    @Override
    public boolean offer(Runnable task) {
        return tasks.add(task);
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        later.add(task);
        return () -> later.remove(task);
    }

    @Override
    public Timer repeat(Duration period, Runnable task) {
        throw new UnsupportedOperationException();
    }

    /** All timers are due. */
    void pass() {
        List<Runnable> due = List.copyOf(later);
        later.clear();
        due.forEach(Runnable::run);
    }
}
