package io.mnedc.rsa;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.text.PlainText;
import io.mnedc.work.LogLimiter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEvent;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this framework exports, told to the peers as far as it is at the virtual address and fits. Any thread; publishes on the one
 * that it is given.
 */
final class OwnEndpoints implements EndpointEventListener {
    /** The most endpoints that are told: a peer takes no more. */
    static final int MOST = PeerEndpoints.MOST_PER_PEER;

    /** The most that they may take of what a device tells, in bytes: half of it. */
    static final int MOST_BYTES = 8_192;

    private static final Logger LOG = LoggerFactory.getLogger(OwnEndpoints.class);

    private static final String NOT_TOLD = "is not told to peers: ";
    private static final Duration APART = Duration.ofMinutes(1);

    /** What is published under one endpoint's name. */
    interface Publication {
        /** Publishes this in its place. */
        void change(OfferedService service);

        /** Ends it. */
        void withdraw();
    }

    /** Publishes. */
    interface Publisher {
        /** {@return what is published from now on} */
        Publication publish(OfferedService service);
    }

    private record Published(OfferedService service, Publication publication) {}

    private final Supplier<Optional<Place>> place;
    private final Publisher publisher;
    private final Executor thread;

    @GuardedBy("this")
    private final Map<String, EndpointDescription> exported = new LinkedHashMap<>();

    /** Used by the one thread that publishes. */
    private final Map<String, Published> published = new HashMap<>();

    private final LogLimiter notTold = new LogLimiter(APART);
    private final LogLimiter incomplete = new LogLimiter(APART);
    private Map<String, String> complained = new HashMap<>();

    /**
     * Nothing is exported yet.
     *
     * @param place where this device is, once that is known
     * @param thread runs one task after the other
     */
    OwnEndpoints(Supplier<Optional<Place>> place, Publisher publisher, Executor thread) {
        this.place = place;
        this.publisher = publisher;
        this.thread = thread;
    }

    @Override
    public void endpointChanged(EndpointEvent event, String filter) {
        EndpointDescription endpoint = event.getEndpoint();
        synchronized (this) {
            if (event.getType() == EndpointEvent.ADDED || event.getType() == EndpointEvent.MODIFIED) {
                exported.put(endpoint.getId(), endpoint);
            } else {
                exported.remove(endpoint.getId());
            }
        }
        refresh();
    }

    /** The place may be another one. */
    void refresh() {
        thread.execute(this::publish);
    }

    /** Nothing is exported any more. */
    void end() {
        synchronized (this) {
            exported.clear();
        }
        refresh();
    }

    private void publish() {
        Map<String, OfferedService> wanted = wanted();
        for (Map.Entry<String, Published> each : Map.copyOf(published).entrySet()) {
            if (!wanted.containsKey(each.getKey())) {
                published.remove(each.getKey());
                each.getValue().publication().withdraw();
            }
        }
        wanted.forEach((id, service) -> {
            Published before = published.get(id);
            if (before == null) {
                published.put(id, new Published(service, publisher.publish(service)));
            } else if (!before.service().equals(service)) {
                before.publication().change(service);
                published.put(id, new Published(service, before.publication()));
            }
        });
    }

    private Map<String, OfferedService> wanted() {
        List<EndpointDescription> all;
        synchronized (this) {
            all = new ArrayList<>(exported.values());
        }
        Map<String, OfferedService> wanted = new LinkedHashMap<>();
        Map<String, String> complaints = new HashMap<>();
        Optional<Place> own = place.get();
        int bytes = 0;
        // the oldest first: what was told stays told
        for (EndpointDescription endpoint : own.isPresent() ? all : List.<EndpointDescription>of()) {
            try {
                List<String> dropped = new ArrayList<>();
                OfferedService service = EndpointForm.write(endpoint, own.get(), dropped);
                check(wanted.size() < MOST, "a device tells of " + MOST + " endpoints at most");
                check(
                        bytes + service.size() <= MOST_BYTES,
                        "endpoints may take " + MOST_BYTES + " bytes; this one takes " + service.size() + ", others "
                                + bytes + ". Give exported services fewer or shorter properties");
                bytes += service.size();
                wanted.put(endpoint.getId(), service);
                if (!dropped.isEmpty()) {
                    complaints.put(endpoint.getId(), "is told without its properties " + dropped);
                }
            } catch (IllegalArgumentException e) {
                complaints.put(endpoint.getId(), NOT_TOLD + e.getMessage());
            }
        }
        all.forEach(endpoint -> complain(endpoint, complaints.getOrDefault(endpoint.getId(), "")));
        complained = complaints;
        return wanted;
    }

    private void complain(EndpointDescription endpoint, String complaint) {
        if (complaint.isEmpty() || complaint.equals(complained.get(endpoint.getId()))) {
            return;
        }
        LogLimiter limiter = complaint.startsWith(NOT_TOLD) ? notTold : incomplete;
        if (limiter.may(System.nanoTime())) {
            LOG.warn(
                    "exported service {} {}{}",
                    endpoint.getInterfaces(),
                    PlainText.of(complaint, 400),
                    limiter.heldBack());
        }
    }

    private static void check(boolean right, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
