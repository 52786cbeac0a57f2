package io.mnedc.cluster;

import static io.mnedc.testing.store.StoreClients.put;
import static io.mnedc.testing.store.StoreClients.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.notice.Notice;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.cluster.server.Joiner;
import io.mnedc.testing.Await;
import io.mnedc.testing.TestRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Which store is published, by settings good and bad, at a real server that comes and goes. */
@Timeout(300)
class OperationTest {
    @TempDir
    private Path directory = Path.of("");

    private static final Joiner JOINER = (token, identity) -> {
        throw new IOException("nobody joins in this test");
    };

    private final TestRegistry registry = new TestRegistry();

    @SuppressWarnings("NullAway.Init")
    private TestServer server;

    @SuppressWarnings("NullAway.Init")
    private Operation operation;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(directory.resolve("server"));
        registry.storage(directory.resolve("storage"));
        operation = new Operation(registry.context(), JOINER);
    }

    @AfterEach
    void stop() throws Exception {
        operation.close("the test ends");
        server.close();
        assertThat(registry.services()).isEmpty();
        Await.until(
                "no thread is left",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(each -> each.getName().startsWith("mnedc-cluster")));
    }

    private static Map<String, Object> settings(String overlay, String ensemble) {
        return Map.of("enabled", true, "overlay", overlay, "ensemble", ensemble);
    }

    private List<OverlayStore> stores() {
        return registry.services(OverlayStore.class);
    }

    private List<String> notices() {
        return registry.services(Notice.class).stream().map(Notice::text).toList();
    }

    private OverlayStore store() throws Exception {
        Await.until("there is a store", () -> stores().size() == 1);
        return stores().get(0);
    }

    private void awaitNotice(String part) throws Exception {
        Await.until("notice of " + part, () -> notices().stream().anyMatch(each -> each.contains(part)));
    }

    @Test
    void aStoreIsThereOnceItWasReadAndStaysWhenTheEnsembleGoes() throws Exception {
        server.stop();
        operation.apply(settings("one", server.address()));
        awaitNotice("was not reached yet");
        assertThat(stores()).as("what was not read is not empty").isEmpty();
        server.start();
        OverlayStore store = store();
        Await.until("nothing is wrong", () -> notices().isEmpty());
        assertThat(registry.properties(OverlayStore.class, "mnedc.store")).containsExactly("shared");
        put(store, "a", "1");
        server.stop();
        awaitNotice("is out of reach");
        assertThat(store()).isSameAs(store);
        assertThat(value(store, "a")).isEqualTo("1");
        server.start();
        Await.until("nothing is wrong", () -> notices().isEmpty());
        put(store, "a", "2");
    }

    @Test
    void settingsThatAreWrongAreToldAtOnceAndTheStoreStays() throws Exception {
        operation.apply(settings("one", server.address()));
        OverlayStore store = store();
        put(store, "a", "1");
        operation.apply(settings("a/b", "127.0.0.1, x:0, [::1]:2181"));
        assertThat(notices()).singleElement().asString().contains("\"127.0.0.1\"", "\"x:0\"", "'a/b'", "stay in force");
        assertThat(store()).isSameAs(store);
        put(store, "a", "2");
        operation.apply(Map.of("enabled", true));
        assertThat(notices()).singleElement().asString().contains("ensemble and member are empty");
        operation.apply(settings("one", server.address()));
        assertThat(notices()).isEmpty();
        assertThat(store()).isSameAs(store);

        operation.close("another start");
        assertThat(registry.services()).isEmpty();
        operation = new Operation(registry.context(), JOINER);
        operation.apply(settings("a/b", server.address()));
        assertThat(value(store(), "a")).as("with the last settings").isEqualTo("2");
        assertThat(notices()).singleElement().asString().contains("'a/b'", "stay in force");
    }

    @Test
    void anotherStoreTakesItsPlaceOnlyWhenThatWasRead() throws Exception {
        operation.apply(settings("one", server.address()));
        OverlayStore one = store();
        put(one, "a", "1");
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            operation.apply(settings("two", "127.0.0.1:" + free.getLocalPort()));
            awaitNotice("until then the one before is used");
        }
        assertThat(store()).isSameAs(one);
        put(one, "a", "2");
        operation.apply(settings("two", server.address()));
        Await.until("the other one is there", () -> stores().size() == 1 && !stores().contains(one));
        assertThat(store().below("")).isEmpty();
        assertThat(notices()).isEmpty();
        operation.apply(Map.of("enabled", false));
        assertThat(registry.services()).isEmpty();
        operation.apply(settings("one", server.address()));
        assertThat(value(store(), "a")).isEqualTo("2");
    }
}
