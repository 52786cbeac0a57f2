package io.mnedc.device.data;

import io.mnedc.codec.Protocol;
import io.mnedc.transport.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Echoes that wait for their replies. Thread-safe. */
public final class Pings {
    private static final int MOST_WAITING = 1024;

    private record Waiting(int node, long sent, CompletableFuture<Duration> reply, Scheduler.@Nullable Timer expiry) {}

    private final FrameSender sender;
    private final PeerKeys keys;
    private final Scheduler timer;
    private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();

    public Pings(FrameSender sender, PeerKeys keys, Scheduler timer) {
        this.sender = sender;
        this.keys = keys;
        this.timer = timer;
    }

    /** See {@link io.mnedc.api.device.DeviceStatus#ping}. */
    public CompletionStage<Duration> ping(int node, Duration timeout) {
        PeerRoutes routes = sender.routes();
        if (routes == null) {
            return CompletableFuture.failedFuture(new IOException("there is no connection to a relay now"));
        }
        if (node != Protocol.RELAY_NODE && !routes.membership().network().isLeasable(node)) {
            return CompletableFuture.failedFuture(new IOException("node " + node + " is neither the relay (1) nor in "
                    + routes.membership().network().firstNode() + ".."
                    + routes.membership().network().lastNode()));
        }
        if (waiting.size() >= MOST_WAITING) {
            return CompletableFuture.failedFuture(
                    new IOException(MOST_WAITING + " pings wait for a reply already; try again later"));
        }
        return send(node, timeout);
    }

    private CompletionStage<Duration> send(int node, Duration timeout) {
        CompletableFuture<Duration> reply = new CompletableFuture<>();
        // 0 is the keepalive's
        long token = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        long now = System.nanoTime();
        Waiting asked = new Waiting(node, now, reply, null);
        waiting.put(token, asked);
        Scheduler.Timer expiry = timer.schedule(timeout, () -> timedOut(token, timeout));
        if (!waiting.replace(token, asked, new Waiting(node, now, reply, expiry))) {
            expiry.cancel();
        }
        if (!timer.offer(() -> {})) {
            // nothing would end it any more
            end(token, new IOException("the device is stopping"));
            return reply;
        }
        if (!keys.echo(node, token)) {
            end(token, new IOException("the connection to the relay was lost just now"));
        }
        return reply;
    }

    private void timedOut(long token, Duration timeout) {
        end(token, new TimeoutException("no reply within " + timeout.toMillis() + " ms"));
    }

    private void end(long token, Exception why) {
        Waiting ended = waiting.remove(token);
        if (ended != null) {
            ended.reply().completeExceptionally(why);
        }
    }

    /** A reply came; from another node than asked, or to nothing asked, it is ignored. */
    public void echoed(int node, long token) {
        @Nullable Waiting asked = waiting.get(token);
        if (asked != null && asked.node() == node && waiting.remove(token, asked)) {
            Scheduler.Timer expiry = asked.expiry();
            if (expiry != null) {
                expiry.cancel();
            }
            Duration time = Duration.ofNanos(System.nanoTime() - asked.sent());
            // what the asker does then must not hold up the data loop
            asked.reply().completeAsync(() -> time, timer);
        }
    }

    /** Ends all that wait. */
    public void close() {
        waiting.keySet().forEach(token -> end(token, new IOException("the device is stopping")));
    }
}
