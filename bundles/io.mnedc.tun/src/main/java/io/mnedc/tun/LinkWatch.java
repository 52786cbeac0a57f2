package io.mnedc.tun;

import io.mnedc.libc.LibC;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits, on a thread of its own, until the kernel tells of a change, and has the interface looked at. Changes of the
 * interface count at once. Changes of routes are taken together: while they go on, there is a look every two seconds, and
 * in between nobody reads what the kernel tells, be it a hundred thousand of them.
 */
final class LinkWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkWatch.class);
    private static final AtomicInteger THREADS = new AtomicInteger();

    /** Between two looks, whatever others do to the interface. */
    private static final long PAUSE = Duration.ofMillis(20).toNanos();

    private static final long FIRST_ROUTE_PAUSE = Duration.ofMillis(200).toNanos();
    private static final long LONGEST_ROUTE_PAUSE = Duration.ofSeconds(2).toNanos();

    // the layout of the poll memory: three pollfd, room for an eventfd's number, and the number that is written to it
    private static final int WAKE = 0;
    private static final int INTERFACES = WAKE + LibC.POLLFD_BYTES;
    private static final int ROUTES = INTERFACES + LibC.POLLFD_BYTES;
    private static final int NUMBER = ROUTES + LibC.POLLFD_BYTES;
    private static final int ONE = NUMBER + Long.BYTES;

    /** What is watched. */
    interface Watched {
        /** Looks at the interface. {@return nanoseconds until the next look without any event} */
        long look(long now) throws LinkGuard.Gone, KernelException;

        /** The owner's addresses are others now. */
        void destinationsChanged();

        /** It is gone. */
        void lost(String why);

        /** The last call: nothing is used any more. */
        void ended();
    }

    private final int index;
    private final Watched watched;
    private final int wakeFd;
    private final KernelEvents interfaces;
    private final KernelEvents routes;
    private final ByteBuffer polls = ByteBuffer.allocateDirect(ONE + Long.BYTES).order(ByteOrder.nativeOrder());
    private final long address = LibC.address(polls);
    private final AtomicBoolean otherDestinations = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean closing;

    private long lookedAt;
    private long routePause;
    private long routesFrom;
    private boolean ownDirty;
    private boolean routesDirty;
    private long dueAt;
    private boolean due;

    /** Nothing that happens from now on is missed, once the watch is started. */
    LinkWatch(int index, Watched watched) throws KernelException {
        this.index = index;
        this.watched = watched;
        int wake = LibC.eventfd(0, LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        if (wake < 0) {
            throw new KernelException("make an eventfd", LibC.errno());
        }
        KernelEvents first = null;
        boolean complete = false;
        try {
            first = new KernelEvents(KernelEvents.INTERFACES);
            routes = new KernelEvents(KernelEvents.ROUTES);
            complete = true;
        } finally {
            if (!complete) {
                LibC.close(wake);
                if (first != null) {
                    first.close();
                }
            }
        }
        polls.putLong(ONE, 1);
        interfaces = first;
        wakeFd = wake;
        thread = new Thread(this::run, "mnedc-tun-watch-" + THREADS.incrementAndGet());
        thread.setDaemon(true);
        // it would be that of the thread that opens the interface
        thread.setContextClassLoader(null);
    }

    /** Begins, in the network namespace of the calling thread. */
    void start() {
        thread.start();
    }

    /** Says that the owner's addresses are others now. Never waits. */
    void destinationsChanged() {
        if (!otherDestinations.getAndSet(true)) {
            wake();
        }
    }

    /** To be called while the descriptors are open. */
    void end() {
        closing = true;
        wake();
    }

    /** Waits for the thread's end after {@link #end()}, unless it is the calling one. */
    void awaitEnd(Duration most) {
        if (Thread.currentThread().equals(thread)) {
            return;
        }
        try {
            thread.join(most.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes the descriptors, when nobody uses them any more. */
    @Override
    public void close() {
        interfaces.close();
        routes.close();
        LibC.close(wakeFd);
    }

    private void wake() {
        LibC.write(wakeFd, address + ONE, Long.BYTES);
    }

    private void run() {
        try {
            polls.putInt(WAKE, wakeFd).putShort(WAKE + 4, LibC.POLLIN);
            polls.putShort(INTERFACES + 4, LibC.POLLIN);
            polls.putShort(ROUTES + 4, LibC.POLLIN);
            // something may have happened since the interface was made
            ownDirty = true;
            lookedAt = System.nanoTime() - PAUSE;
            routesFrom = lookedAt - LONGEST_ROUTE_PAUSE;
            while (!closing) {
                step();
            }
        } catch (LinkGuard.Gone e) {
            watched.lost(String.valueOf(e.getMessage()));
        } catch (Throwable e) {
            // such as no memory: nobody takes an interface that is not watched for a good one
            watched.lost("the interface cannot be watched any more: " + e);
        } finally {
            watched.ended();
        }
    }

    private void step() throws LinkGuard.Gone, KernelException {
        long now = System.nanoTime();
        boolean mayLook = now - lookedAt >= PAUSE;
        boolean mayReadRoutes = now - routesFrom >= 0;
        if (otherDestinations.getAndSet(false)) {
            watched.destinationsChanged();
            // peers may come fast
            long soon = Math.max(now, lookedAt + DestinationCheck.PAUSE);
            dueAt = due ? Math.min(dueAt, soon) : soon;
            due = true;
        }
        boolean timeIsUp = due && now - dueAt >= 0;
        if ((mayReadRoutes && routesDirty) || (mayLook && (ownDirty || timeIsUp))) {
            look(now);
            return;
        }
        polls.putInt(INTERFACES, mayLook ? interfaces.fd() : -1);
        polls.putInt(ROUTES, mayReadRoutes ? routes.fd() : -1);
        LibC.poll(address, 3, timeout(now, mayLook, mayReadRoutes));
        if (closing) {
            return;
        }
        if (polls.getShort(WAKE + 6) != 0) {
            LibC.read(wakeFd, address + NUMBER, Long.BYTES);
        }
        if (mayLook && polls.getShort(INTERFACES + 6) != 0) {
            interfaces.drain(index);
            ownDirty |= interfaces.own();
            // where other interfaces are gone, routes are as well, and the kernel says no more about them
            routesDirty |= interfaces.others();
        }
        if (mayReadRoutes && polls.getShort(ROUTES + 6) != 0) {
            routes.drain(index);
            routesDirty = true;
        }
    }

    private void look(long now) throws LinkGuard.Gone, KernelException {
        if (routesDirty) {
            // a quiet time that is as long as the pause ends the row
            boolean row = now - routesFrom < routePause;
            routePause = row ? Math.min(2 * routePause, LONGEST_ROUTE_PAUSE) : FIRST_ROUTE_PAUSE;
            routesFrom = now + routePause;
            routesDirty = false;
            watched.destinationsChanged();
        }
        ownDirty = false;
        lookedAt = now;
        long next;
        try {
            next = watched.look(now);
        } catch (KernelException e) {
            LOG.debug("cannot look at the interface", e);
            next = TugOfWar.FIRST_PAUSE;
        }
        due = next != Long.MAX_VALUE;
        dueAt = due ? now + next : 0;
    }

    /** {@return milliseconds; -1: as long as it takes} */
    private int timeout(long now, boolean mayLook, boolean mayReadRoutes) {
        long wait = Long.MAX_VALUE;
        if (!mayLook) {
            wait = Math.min(wait, lookedAt + PAUSE - now);
        }
        if (!mayReadRoutes) {
            wait = Math.min(wait, routesFrom - now);
        }
        if (due) {
            wait = Math.min(wait, dueAt - now);
        }
        return wait == Long.MAX_VALUE ? -1 : (int) (TimeUnit.NANOSECONDS.toMillis(Math.max(0, wait)) + 1);
    }
}
