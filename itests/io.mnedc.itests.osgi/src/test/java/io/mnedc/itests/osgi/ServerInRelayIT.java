package io.mnedc.itests.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.itests.gateway.RelayAndDevice;
import io.mnedc.itests.gateway.Waits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** A relay with the server of ZooKeeper inside, by configurations alone, whose bundle is stopped and started. */
class ServerInRelayIT {
    private static final String CLUSTER = "io.mnedc.cluster";
    private static final int PORTS = 3;

    @TempDir
    Path data;

    private final BundleContext context =
            FrameworkUtil.getBundle(ServerInRelayIT.class).getBundleContext();
    private final Services services = new Services(context);
    private RelayAndDevice overlay;

    @BeforeEach
    void prepare() throws Exception {
        overlay = new RelayAndDevice(context, data);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        overlay.configurations().remove(CLUSTER);
        overlay.stop();
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
        Waits.until("threads of ZooKeeper", ServerInRelayIT::threadsOfTheServer, List::isEmpty);
    }

    private static List<String> threadsOfTheServer() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name ->
                        name.matches("(QuorumPeer|NIOServerCxn|NIOWorker|SyncThread|LearnerHandler|SessionTracker|"
                                + "ProcessThread|CommitProcessor|ListenerHandler).*"))
                .sorted()
                .toList();
    }

    private static int freePorts() throws IOException {
        while (true) {
            int first = RelayAndDevice.freePort();
            boolean free = true;
            for (int port = first; port < first + PORTS; port++) {
                free &= !RelayAndDevice.listening(port);
            }
            if (free) {
                return first;
            }
        }
    }

    private static Map<String, Object> shared(Map<String, Object> settings) {
        Map<String, Object> shared = new HashMap<>(settings);
        shared.put("store", "shared");
        return shared;
    }

    private int lease(String device) throws Exception {
        return services.await(
                        AddressAllocator.class,
                        allocator -> allocator.allocate(device).toCompletableFuture(),
                        lease -> true)
                .get(60, TimeUnit.SECONDS)
                .node();
    }

    private Bundle cluster() {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> CLUSTER.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anOverlayBeginsAndIsFoundAgainWhenItsBundleComesBack() throws Exception {
        overlay.configurations()
                .set(
                        CLUSTER,
                        RelayAndDevice.values(
                                "enabled",
                                true,
                                "member",
                                "127.0.0.1:" + freePorts(),
                                "identity.dir",
                                overlay.directory("relay"),
                                "data.dir",
                                overlay.directory("ensemble")));
        overlay.configurations().set(RelayAndDevice.ADDRESS, shared(overlay.address()));
        overlay.configurations().set(RelayAndDevice.RELAY, shared(overlay.relay()));
        int node = lease("d");
        services.await(RelayStatus.class, status -> status.snapshot(), snapshot -> true);

        cluster().stop();
        Waits.until("no store", () -> services.has(OverlayStore.class), there -> !there);
        Waits.until("threads of ZooKeeper", ServerInRelayIT::threadsOfTheServer, List::isEmpty);
        cluster().start();

        Waits.until("a store", () -> services.has(OverlayStore.class), there -> there);
        assertThat(lease("d")).isEqualTo(node);
        assertThat(lease("e")).isNotEqualTo(node);
        assertThat(System.getProperties().stringPropertyNames())
                .as("the gateway's system properties")
                .noneMatch(name -> name.startsWith("zookeeper.") || name.startsWith("jdk.tls.reject"));
    }
}
