package io.mnedc.transport;

import java.time.Duration;
import java.util.concurrent.Executor;

/** Runs tasks one at a time, now or later. After its end it drops them: nobody is left for whom they could be done. */
public interface Scheduler extends Executor {
    /** A task for later. */
    interface Timer {
        /** Leaves the task out; nothing happens if it was run, or is being run. */
        void cancel();
    }

    /**
     * Runs a task after those that were given before; dropped after the end. Any thread.
     *
     * @param task must not block
     */
    @Override
    default void execute(Runnable task) {
        offer(task);
    }

    /**
     * As {@link #execute}, for a caller that has something else to do after the end. Any thread.
     *
     * @param task must not block
     * @return whether it was taken
     */
    boolean offer(Runnable task);

    /**
     * Runs a task later; dropped if the end comes first. Any thread.
     *
     * @param delay how much later
     * @param task must not block
     * @return to have it left out
     */
    Timer schedule(Duration delay, Runnable task);

    /**
     * Runs a task again and again, the first time after one period. A task that throws is run again all the same. Any
     * thread.
     *
     * @param period from one time to the next
     * @param task must not block
     * @return to have it end
     */
    Timer repeat(Duration period, Runnable task);
}
