package io.mnedc.rsa;

import io.mnedc.api.text.PlainText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All listeners of endpoints, and the endpoints that peers offer now. Thread-safe; never waits for a listener but at the end. */
final class Tellers {
    private static final Logger LOG = LoggerFactory.getLogger(Tellers.class);
    private static final int MOST_THREADS = 4;

    private final ThreadPoolExecutor threads = Threads.several("mnedc-rsa-tell", MOST_THREADS);
    /** By registration: one object may be several services, each with a scope of its own. */
    private final Map<Object, Teller> tellers = new HashMap<>();

    private volatile Map<String, EndpointDescription> endpoints = Map.of();

    /**
     * Tells a listener of what is there, and of what comes and goes.
     *
     * @param registration names it to the other methods
     */
    void add(Object registration, EndpointEventListener listener, @Nullable Object scope) {
        var teller = new Teller(listener, filters(listener, scope), () -> endpoints, threads);
        synchronized (this) {
            tellers.put(registration, teller);
        }
        teller.wake();
    }

    /** A listener has another scope. */
    void update(Object registration, EndpointEventListener listener, @Nullable Object scope) {
        Teller teller;
        synchronized (this) {
            teller = tellers.get(registration);
        }
        if (teller != null) {
            teller.scope(filters(listener, scope));
        }
    }

    /** A listener is no longer there. */
    void remove(Object registration) {
        Teller teller;
        synchronized (this) {
            teller = tellers.remove(registration);
        }
        if (teller != null) {
            teller.close();
        }
    }

    /** These are there from now on. */
    void set(Map<String, EndpointDescription> now) {
        endpoints = Map.copyOf(now);
        all().forEach(Teller::wake);
    }

    /** Tells every listener that all endpoints are gone, and ends. */
    void end(Duration bound) {
        all().forEach(Teller::end);
        Threads.end(threads, bound);
        all().forEach(Teller::close);
    }

    private synchronized List<Teller> all() {
        return new ArrayList<>(tellers.values());
    }

    /** The property is a text, an array or a collection of them. */
    private static List<Filter> filters(EndpointEventListener listener, @Nullable Object scope) {
        Collection<?> texts = scope instanceof Collection<?> many
                ? many
                : scope instanceof Object[] array ? List.of(array) : scope == null ? List.of() : List.of(scope);
        List<Filter> filters = new ArrayList<>();
        for (Object text : texts) {
            try {
                Filter filter = FrameworkUtil.createFilter(String.valueOf(text));
                if (!filters.contains(filter)) {
                    filters.add(filter);
                }
            } catch (InvalidSyntaxException e) {
                LOG.warn(
                        "{} of {} is no filter and is left out: {}",
                        EndpointEventListener.ENDPOINT_LISTENER_SCOPE,
                        listener.getClass().getName(),
                        PlainText.of(e));
            }
        }
        return filters;
    }
}
