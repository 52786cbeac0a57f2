package io.mnedc.rsa;

import static io.mnedc.rsa.TestEndpoints.endpoint;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEvent;
import org.osgi.service.remoteserviceadmin.EndpointEventListener;

class TellersTest {
    private static final String CAMERAS = "(objectClass=com.acme.Camera)";
    private static final String RACK = "(rack=4)";

    private final List<String> told = new ArrayList<>();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private Map<String, EndpointDescription> there = new HashMap<>();
    private final EndpointEventListener listener = (event, filter) ->
            told.add(name(event.getType()) + " " + event.getEndpoint().getId() + " " + filter);

    private static String name(int type) {
        return switch (type) {
            case EndpointEvent.ADDED -> "added";
            case EndpointEvent.REMOVED -> "removed";
            case EndpointEvent.MODIFIED -> "modified";
            default -> "endmatch";
        };
    }

    private Teller teller(String... scope) {
        List<Filter> filters = new ArrayList<>();
        for (String each : scope) {
            filters.add(filter(each));
        }
        return new Teller(listener, filters, () -> Map.copyOf(there), tasks::add);
    }

    private static Filter filter(String text) {
        try {
            return FrameworkUtil.createFilter(text);
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void run(Teller teller) {
        teller.wake();
        while (!tasks.isEmpty()) {
            tasks.remove().run();
        }
    }

    @Test
    void eachKindOfEventIsTold() {
        Teller teller = teller(CAMERAS, RACK);
        there.put("one", endpoint(3, "one", "rack", 3));
        run(teller);
        there.put("one", endpoint(3, "one", "rack", 4));
        run(teller);
        run(teller);
        there.put("one", endpoint(3, "one", "rack", 5));
        run(teller);
        there.clear();
        run(teller);
        assertThat(told)
                .containsExactly(
                        "added one " + CAMERAS,
                        "modified one " + CAMERAS,
                        "added one " + RACK,
                        "modified one " + CAMERAS,
                        "endmatch one " + RACK,
                        "removed one " + CAMERAS);
    }

    @Test
    void anotherScopeAddsAndRemoves() {
        there.put("one", endpoint(3, "one", "rack", 4));
        Teller teller = teller(CAMERAS);
        run(teller);
        teller.scope(List.of(filter(RACK)));
        run(teller);
        assertThat(told).containsExactly("added one " + CAMERAS, "removed one " + CAMERAS, "added one " + RACK);
    }

    @Test
    void atTheEndAllAreGone() {
        there.put("one", endpoint(3, "one"));
        Teller teller = teller(CAMERAS);
        run(teller);
        teller.end();
        run(teller);
        assertThat(told).containsExactly("added one " + CAMERAS, "removed one " + CAMERAS);
        teller.close();
        there.put("two", endpoint(3, "two"));
        run(teller);
        assertThat(told).hasSize(2);
    }

    @Test
    void aListenerThatFailsIsToldOfTheNextChange() {
        List<Integer> calls = new ArrayList<>();
        Teller teller = new Teller(
                (event, filter) -> {
                    calls.add(event.getType());
                    throw new IllegalStateException("wanted by a test");
                },
                List.of(filter(CAMERAS)),
                () -> Map.copyOf(there),
                tasks::add);
        there.put("one", endpoint(3, "one"));
        run(teller);
        there.clear();
        run(teller);
        assertThat(calls).containsExactly(EndpointEvent.ADDED, EndpointEvent.REMOVED);
    }

    /** Whatever happens between, what a listener has made of the events is what is there. */
    @Test
    void eventsAddUpToWhatIsThere() {
        Random random = new Random(7);
        Map<String, Set<String>> known = new HashMap<>();
        Teller teller = new Teller(
                (event, filter) -> {
                    Set<String> ids = known.computeIfAbsent(filter, any -> new HashSet<>());
                    String id = event.getEndpoint().getId();
                    switch (event.getType()) {
                        case EndpointEvent.ADDED -> assertThat(ids.add(id)).isTrue();
                        case EndpointEvent.MODIFIED -> assertThat(ids).contains(id);
                        default -> assertThat(ids.remove(id)).isTrue();
                    }
                },
                List.of(),
                () -> Map.copyOf(there),
                tasks::add);
        List<Filter> all = List.of(filter(CAMERAS), filter(RACK), filter("(!(rack=2))"));
        for (int step = 0; step < 2_000; step++) {
            for (int i = random.nextInt(5); i > 0; i--) {
                String id = "e" + random.nextInt(6);
                if (random.nextBoolean()) {
                    there.put(id, endpoint(3, id, "rack", random.nextInt(5)));
                } else {
                    there.remove(id);
                }
            }
            List<Filter> scope =
                    all.stream().filter(any -> random.nextInt(4) > 0).toList();
            teller.scope(scope);
            run(teller);
            for (Filter each : all) {
                Set<String> wanted = new HashSet<>();
                there.values().stream()
                        .filter(endpoint -> scope.contains(each) && each.matches(endpoint.getProperties()))
                        .forEach(endpoint -> wanted.add(endpoint.getId()));
                assertThat(known.getOrDefault(each.toString(), Set.of())).isEqualTo(wanted);
            }
        }
    }

    @Test
    void anObjectThatIsTwoServicesHearsByBothScopes() throws Exception {
        var tellers = new Tellers();
        List<String> heard = new java.util.concurrent.CopyOnWriteArrayList<>();
        var second = new CountDownLatch(1);
        EndpointEventListener both = (event, filter) -> {
            heard.add(name(event.getType()) + " " + filter);
            if ("(endpoint.id=*)".equals(filter)) {
                second.countDown();
            }
        };
        tellers.set(Map.of("one", endpoint(3, "one")));
        tellers.add(1L, both, CAMERAS);
        tellers.add(2L, both, "(endpoint.id=*)");
        assertThat(second.await(30, TimeUnit.SECONDS)).isTrue();
        tellers.remove(1L);
        tellers.end(Duration.ofSeconds(30));
        assertThat(heard)
                .filteredOn(each -> each.endsWith("(endpoint.id=*)"))
                .containsExactly("added (endpoint.id=*)", "removed (endpoint.id=*)");
    }

    @Test
    void listenersAreToldOnThreadsThatEnd() {
        var tellers = new Tellers();
        List<String> threads = new java.util.concurrent.CopyOnWriteArrayList<>();
        tellers.set(Map.of("one", endpoint(3, "one")));
        tellers.add(
                1L,
                (event, filter) -> threads.add(name(event.getType()) + " "
                        + Thread.currentThread().getName().replaceAll("\\d+$", "N")),
                new String[] {CAMERAS, "(no filter"});
        tellers.set(Map.of());
        tellers.end(Duration.ofSeconds(30));
        assertThat(threads.stream().filter(each -> !each.endsWith(" mnedc-rsa-tell-N")))
                .isEmpty();
        assertThat(threads.size()).isIn(0, 2);
    }
}
