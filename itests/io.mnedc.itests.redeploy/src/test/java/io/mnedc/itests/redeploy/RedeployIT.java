package io.mnedc.itests.redeploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.itests.gateway.Bundles;
import io.mnedc.itests.gateway.JdkCaches;
import io.mnedc.itests.gateway.RelayAndDevice;
import io.mnedc.itests.gateway.Waits;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;

/** Each bundle is stopped, updated to a rebuilt copy and started while the others run and a device is connected. */
class RedeployIT {
    /** JNA keeps the loader of every class with direct mappings: that is why they are in a bundle of their own. */
    private static final String KEPT_BY_JNA = "io.mnedc.libc";

    private static final List<String> BUNDLES = List.of(
            "io.mnedc.api",
            "io.mnedc.codec",
            "io.mnedc.transport",
            "io.mnedc.address",
            "io.mnedc.relay",
            KEPT_BY_JNA,
            "io.mnedc.tun",
            "io.mnedc.tun.memory",
            "io.mnedc.device",
            "io.mnedc.discovery",
            "io.mnedc.names",
            "io.mnedc.finder",
            "io.mnedc.rsa",
            "io.mnedc.shell");

    @TempDir
    Path data;

    // not an injected one: that would keep every service reference until the test class ends
    private final BundleContext context =
            FrameworkUtil.getBundle(RedeployIT.class).getBundleContext();
    private final List<Loader> replaced = new ArrayList<>();
    private RelayAndDevice overlay;

    private record Loader(String bundle, WeakReference<ClassLoader> reference) {
        @Override
        public String toString() {
            return bundle;
        }
    }

    @BeforeEach
    void start() throws Exception {
        overlay = new RelayAndDevice(context, data);
        overlay.start();
        awaitReady();
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        overlay.stop();
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
        Waits.until("class loaders", this::uncollected, List::isEmpty);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io.mnedc.api",
                "io.mnedc.codec",
                "io.mnedc.transport",
                "io.mnedc.address",
                "io.mnedc.relay",
                "io.mnedc.libc",
                "io.mnedc.tun",
                "io.mnedc.tun.memory",
                "io.mnedc.device",
                "io.mnedc.discovery",
                "io.mnedc.names",
                "io.mnedc.finder",
                "io.mnedc.rsa",
                "io.mnedc.shell"
            })
    void aBundleIsStoppedStartedAndUpdatedAndEverythingWorksAgain(String name) throws Exception {
        Bundle bundle = Bundles.named(context, name);
        bundle.stop();
        bundle.start();
        awaitReady();
        String version = bundle.getVersion().toString();
        update(name);
        assertThat(bundle.getVersion().toString()).isNotEqualTo(version);
        awaitReady();
    }

    @Test
    void anyOrderWillDo() throws Exception {
        long seed = Long.getLong("mnedc.seed", System.nanoTime());
        System.out.println("seed " + seed + " (repeat with -Dmnedc.seed)");
        var random = new Random(seed);
        List<String> steps = new ArrayList<>();
        try {
            for (int i = 0; i < 30; i++) {
                String name = BUNDLES.get(random.nextInt(BUNDLES.size()));
                int what = random.nextInt(3);
                steps.add(List.of("stop ", "start ", "update ").get(what) + name);
                Bundle bundle = Bundles.named(context, name);
                switch (what) {
                    case 0 -> bundle.stop();
                    case 1 -> bundle.start();
                    default -> update(name);
                }
            }
            for (String name : BUNDLES) {
                Bundles.named(context, name).start();
            }
            awaitReady();
        } catch (Exception | AssertionError e) {
            throw new AssertionError("seed " + seed + ", steps " + steps, e);
        }
    }

    @Test
    void ourThreadsHoldNoContextClassLoader() {
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("mnedc-"))
                .isNotEmpty()
                .allSatisfy(thread -> assertThat(thread.getContextClassLoader()).isNull());
    }

    @Test
    void allStoppedNothingOfOursRuns() throws Exception {
        for (String name : BUNDLES) {
            Bundles.named(context, name).stop();
        }
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
        assertThat(RelayAndDevice.listening(overlay.port())).isFalse();
        for (String name : BUNDLES) {
            Bundles.named(context, name).start();
        }
        awaitReady();
    }

    private void update(String name) throws Exception {
        BundleWiring wiring = Bundles.named(context, name).adapt(BundleWiring.class);
        if (wiring != null) {
            replaced.add(new Loader(name, new WeakReference<>(wiring.getClassLoader())));
        }
        Bundles.update(context, name);
    }

    private List<String> uncollected() {
        JdkCaches.forgetLastRecord();
        System.gc();
        return replaced.stream()
                .filter(loader -> !loader.bundle().equals(KEPT_BY_JNA))
                .filter(loader -> loader.reference().get() != null)
                .map(Loader::toString)
                .toList();
    }

    /** The shell tells it: its bundle is asked by name, for whoever imported a type would be refreshed with it. */
    private void awaitReady() throws InterruptedException {
        Waits.until("device", this::status, text -> text.contains("READY") && text.contains("10.77.0."));
    }

    private String status() {
        try {
            var references = context.getAllServiceReferences(null, "(osgi.command.function=status)");
            if (references == null) {
                return "no shell";
            }
            Object commands = context.getService(references[0]);
            if (commands == null) {
                return "no commands";
            }
            try {
                return String.valueOf(
                        commands.getClass().getMethod("statusText").invoke(commands));
            } finally {
                context.ungetService(references[0]);
            }
        } catch (ReflectiveOperationException | IllegalStateException e) {
            // just being replaced
            return e.toString();
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
