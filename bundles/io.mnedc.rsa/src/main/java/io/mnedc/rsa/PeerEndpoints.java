package io.mnedc.rsa;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.peer.PeerListener;
import io.mnedc.api.text.PlainText;
import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.osgi.framework.Filter;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What peers export, as far as they have signed it. A peer can name endpoints at its own virtual address only, a bounded number, and
 * none of another peer's IDs. Thread-safe.
 */
final class PeerEndpoints implements PeerListener {
    /** Of one peer. */
    static final int MOST_PER_PEER = 64;

    /** Of all peers. */
    static final int MOST = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(PeerEndpoints.class);
    private static final Duration APART = Duration.ofMinutes(1);

    private final String framework;
    private final Consumer<Map<String, EndpointDescription>> taker;
    private final LogLimiter complaints = new LogLimiter(APART);
    private final Map<String, Peer> peers = new HashMap<>();
    private final Map<String, Held> held = new HashMap<>();
    private Optional<Filter> wanted;
    private long refused;

    /** An endpoint and where it is from. */
    private record Held(String deviceId, OfferedService service, EndpointDescription endpoint) {}

    /**
     * Knows of no peer yet.
     *
     * @param framework this framework's UUID
     * @param wanted which endpoints are taken
     * @param taker is given all that are there whenever they are others, under this object's lock; must not block
     */
    PeerEndpoints(String framework, Optional<Filter> wanted, Consumer<Map<String, EndpointDescription>> taker) {
        this.framework = framework;
        this.wanted = wanted;
        this.taker = taker;
    }

    @Override
    public synchronized void joined(Peer peer) {
        peers.put(peer.deviceId(), peer);
        if (take(peer, offered(peer), true)) {
            tell();
        }
    }

    @Override
    public synchronized void changed(Peer before, Peer now) {
        peers.put(now.deviceId(), now);
        List<OfferedService> services = offered(now);
        boolean same = services.equals(offered(before)) && Place.of(now).equals(Place.of(before));
        if (!same || wanted.isPresent()) {
            if (take(now, services, true)) {
                tell();
            }
        }
    }

    @Override
    public synchronized void left(Peer peer) {
        peers.remove(peer.deviceId());
        if (held.values().removeIf(each -> each.deviceId().equals(peer.deviceId()))) {
            tell();
        }
    }

    /** Others are taken from now on. */
    synchronized void want(Optional<Filter> now) {
        if (now.equals(wanted)) {
            return;
        }
        wanted = now;
        boolean different = false;
        for (Peer peer : new TreeMap<>(peers).values()) {
            different |= take(peer, offered(peer), false);
        }
        if (different) {
            tell();
        }
    }

    /** No peer is followed any longer. */
    synchronized void forget() {
        peers.clear();
        held.clear();
        tell();
    }

    /** {@return how many descriptions were refused since the start} */
    synchronized long refused() {
        return refused;
    }

    private void tell() {
        Map<String, EndpointDescription> endpoints = new HashMap<>();
        held.forEach((id, each) -> endpoints.put(id, each.endpoint()));
        taker.accept(endpoints);
    }

    /** Only what is signed counts. */
    private static List<OfferedService> offered(Peer peer) {
        return peer.verified()
                ? peer.info().services().stream().filter(EndpointForm::is).toList()
                : List.of();
    }

    /** {@return whether something is different} */
    private boolean take(Peer peer, List<OfferedService> services, boolean count) {
        Map<String, Held> now = new HashMap<>();
        for (OfferedService service : services) {
            try {
                check(now.size() < MOST_PER_PEER, "a peer may export " + MOST_PER_PEER + " services");
                Held read = read(peer, service);
                String id = read.endpoint().getId();
                Held other = held.get(id);
                check(
                        !now.containsKey(id)
                                && (other == null || other.deviceId().equals(peer.deviceId())),
                        "the ID " + id + " is already that of an endpoint"
                                + (other == null ? "" : " of device " + other.deviceId()));
                check(other != null || held.size() + now.size() < MOST, "peers export more than " + MOST + " services");
                if (matches(read.endpoint(), peer)) {
                    now.put(id, read);
                }
            } catch (IllegalArgumentException e) {
                if (count) {
                    complain(peer, service, e);
                }
            }
        }
        boolean different = held.values()
                .removeIf(each -> each.deviceId().equals(peer.deviceId())
                        && !now.containsKey(each.endpoint().getId()));
        for (Map.Entry<String, Held> each : now.entrySet()) {
            Held before = held.put(each.getKey(), each.getValue());
            different |= !each.getValue().equals(before);
        }
        return different;
    }

    /** What has not changed is the same object: nobody is told of it again. */
    private Held read(Peer peer, OfferedService service) {
        Place place = Place.of(peer);
        EndpointDescription endpoint = EndpointForm.read(service, place);
        Held before = held.get(endpoint.getId());
        if (before != null
                && before.deviceId().equals(peer.deviceId())
                && before.service().equals(service)) {
            return before;
        }
        check(
                !endpoint.getFrameworkUUID().equals(framework),
                "it names this framework as its own: " + endpoint.getFrameworkUUID());
        return new Held(peer.deviceId(), service, endpoint);
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private boolean matches(EndpointDescription endpoint, Peer peer) {
        if (wanted.isEmpty()) {
            return true;
        }
        Map<String, Object> properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        properties.putAll(endpoint.getProperties());
        // last: an endpoint does not say whose it is
        properties.put(PeerDirectory.DEVICE_ID, peer.deviceId());
        properties.put(PeerDirectory.NAME, peer.name());
        properties.put(PeerDirectory.GROUP, peer.groups().toArray(String[]::new));
        properties.put(
                PeerDirectory.ADDRESS,
                new String[] {peer.ipv4().getHostAddress(), peer.ipv6().getHostAddress()});
        return wanted.get().matches(properties);
    }

    private void complain(Peer peer, OfferedService service, IllegalArgumentException why) {
        refused++;
        if (complaints.may(System.nanoTime())) {
            LOG.warn(
                    "remote service {} of device {} is not imported: {}{}",
                    PlainText.of(service.name()),
                    peer.deviceId(),
                    PlainText.of(PlainText.of(why), 300),
                    complaints.heldBack());
        }
    }
}
