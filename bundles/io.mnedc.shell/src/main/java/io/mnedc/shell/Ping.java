package io.mnedc.shell;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Echo frames to a peer's device bundle, one after the other. */
final class Ping {
    static final int MAX_COUNT = 10_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final DeviceStatus device;
    private final @Nullable PeerDirectory directory;
    private final Duration interval;
    private final Consumer<String> out;

    /**
     * Prepares it.
     *
     * @param device sends
     * @param directory knows the peers; without it only node numbers can be asked for
     * @param interval how long to wait between two
     * @param out takes each line
     */
    Ping(DeviceStatus device, @Nullable PeerDirectory directory, Duration interval, Consumer<String> out) {
        this.device = device;
        this.directory = directory;
        this.interval = interval;
        this.out = out;
    }

    /**
     * Sends and prints.
     *
     * @param target a device ID, a virtual address, a node number or {@code relay}
     * @param count how many
     * @throws IllegalArgumentException if there is no such peer or the count is not possible
     * @throws InterruptedException if the user wants no more
     */
    void run(String target, int count) throws InterruptedException {
        if (count < 1 || count > MAX_COUNT) {
            throw new IllegalArgumentException("count " + count + " is not in 1.." + MAX_COUNT);
        }
        int node = node(target);
        out.accept("PING " + target + " (node " + node + ")");
        List<Duration> times = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            once(node, i).ifPresent(times::add);
            if (i < count) {
                Thread.sleep(interval.toMillis());
            }
        }
        out.accept(summary(times, count));
    }

    private Optional<Duration> once(int node, int number) throws InterruptedException {
        try {
            Duration time = device.ping(node, TIMEOUT)
                    .toCompletableFuture()
                    .get(TIMEOUT.toMillis() + 1000, TimeUnit.MILLISECONDS);
            out.accept("reply " + number + ": " + Text.millis(time) + " ms");
            return Optional.of(time);
        } catch (TimeoutException e) {
            out.accept("no reply " + number + " within " + TIMEOUT.toMillis() + " ms");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            out.accept(
                    cause instanceof TimeoutException
                            ? "no reply " + number + " within " + TIMEOUT.toMillis() + " ms"
                            : "no reply " + number + ": " + (cause == null ? e : cause).getMessage());
        }
        return Optional.empty();
    }

    private static String summary(List<Duration> times, int sent) {
        String counts =
                sent + " sent, " + times.size() + " received, " + (sent - times.size()) * 100 / sent + " % lost";
        if (times.isEmpty()) {
            return counts;
        }
        Duration sum = times.stream().reduce(Duration.ZERO, Duration::plus);
        return counts + ", min/avg/max "
                + Text.millis(times.stream().min(Duration::compareTo).orElseThrow()) + "/"
                + Text.millis(sum.dividedBy(times.size())) + "/"
                + Text.millis(times.stream().max(Duration::compareTo).orElseThrow()) + " ms";
    }

    private int node(String target) {
        PeerDirectory peers = directory;
        if (peers != null) {
            Optional<Peer> peer = peers.byDeviceId(target).or(() -> byAddress(peers, target));
            if (peer.isPresent()) {
                return peer.get().node();
            }
        }
        if (target.equals("relay")) {
            return VirtualNetwork.RELAY_NODE;
        }
        if (target.matches("[0-9]{1,9}")) {
            return Integer.parseInt(target);
        }
        throw new IllegalArgumentException("no peer \"" + target
                + "\": give a device ID, virtual address or node number that mnedc:peers lists, or relay");
    }

    private static Optional<Peer> byAddress(PeerDirectory peers, String target) {
        // only literals: a name would be looked up in the DNS
        if (!target.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*") || target.matches("[0-9]+")) {
            return Optional.empty();
        }
        try {
            return peers.byAddress(InetAddress.getByName(target));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }
}
