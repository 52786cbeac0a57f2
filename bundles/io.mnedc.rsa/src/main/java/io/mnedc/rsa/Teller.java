package io.mnedc.rsa;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.osgi.framework.Filter;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEvent;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one listener what is different from what it was told last, for each filter of its scope. So there is nothing to queue, and
 * who is slow misses steps in between, but ends with the truth. Calls come one at a time.
 */
final class Teller {
    private static final Logger LOG = LoggerFactory.getLogger(Teller.class);

    private final EndpointEventListener listener;
    private final Supplier<Map<String, EndpointDescription>> endpoints;
    private final Executor threads;
    private List<Filter> scope;
    private boolean ending;
    private boolean closed;
    private boolean running;
    private boolean again;

    /** Used by the one thread that tells. */
    private final Map<Filter, Map<String, EndpointDescription>> told = new HashMap<>();

    /**
     * Tells nothing yet.
     *
     * @param endpoints all that are there, by their IDs; never altered
     */
    Teller(
            EndpointEventListener listener,
            List<Filter> scope,
            Supplier<Map<String, EndpointDescription>> endpoints,
            Executor threads) {
        this.listener = listener;
        this.scope = List.copyOf(scope);
        this.endpoints = endpoints;
        this.threads = threads;
    }

    /** It has another scope. */
    void scope(List<Filter> now) {
        synchronized (this) {
            scope = List.copyOf(now);
        }
        wake();
    }

    /** Something is different; never waits. */
    void wake() {
        synchronized (this) {
            if (closed) {
                return;
            }
            again = true;
            if (running) {
                return;
            }
            running = true;
        }
        threads.execute(this::run);
    }

    /** All endpoints are gone: it is told so, and of nothing more. */
    void end() {
        synchronized (this) {
            ending = true;
        }
        wake();
    }

    /** No further call is begun. */
    synchronized void close() {
        closed = true;
    }

    private void run() {
        while (more()) {
            try {
                step();
            } catch (RuntimeException | Error e) {
                // an Error too: the listener's bundle may have been updated under it
                LOG.warn("Endpoint listener {} failed", listener.getClass().getName(), e);
            }
        }
    }

    private synchronized boolean more() {
        running = again && !closed;
        again = false;
        return running;
    }

    private synchronized List<Filter> wanted() {
        return ending ? List.of() : scope;
    }

    private synchronized boolean mayCall() {
        return !closed;
    }

    private void step() {
        List<Filter> wanted = wanted();
        Map<String, EndpointDescription> now = endpoints.get();
        for (Map.Entry<Filter, Map<String, EndpointDescription>> each :
                Map.copyOf(told).entrySet()) {
            if (!wanted.contains(each.getKey())) {
                tell(each.getKey(), each.getValue(), Map.of());
                told.remove(each.getKey());
            }
        }
        for (Filter filter : wanted) {
            tell(filter, told.computeIfAbsent(filter, any -> new HashMap<>()), now);
        }
    }

    /** Descriptions are equal when their IDs are: another object is another description. */
    @SuppressWarnings("ReferenceEquality")
    private void tell(Filter filter, Map<String, EndpointDescription> before, Map<String, EndpointDescription> now) {
        for (EndpointDescription last : new ArrayList<>(before.values())) {
            EndpointDescription same = now.get(last.getId());
            if (same == null) {
                before.remove(last.getId());
                call(EndpointEvent.REMOVED, last, filter);
            } else if (same != last) {
                changed(filter, before, same);
            }
        }
        now.forEach((id, endpoint) -> {
            if (!before.containsKey(id) && filter.matches(endpoint.getProperties())) {
                before.put(id, endpoint);
                call(EndpointEvent.ADDED, endpoint, filter);
            }
        });
    }

    private void changed(Filter filter, Map<String, EndpointDescription> before, EndpointDescription now) {
        if (filter.matches(now.getProperties())) {
            before.put(now.getId(), now);
            call(EndpointEvent.MODIFIED, now, filter);
        } else {
            before.remove(now.getId());
            call(EndpointEvent.MODIFIED_ENDMATCH, now, filter);
        }
    }

    private void call(int type, EndpointDescription endpoint, Filter filter) {
        if (mayCall()) {
            listener.endpointChanged(new EndpointEvent(type, endpoint), filter.toString());
        }
    }
}
