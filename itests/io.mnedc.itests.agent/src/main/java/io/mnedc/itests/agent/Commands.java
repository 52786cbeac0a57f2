package io.mnedc.itests.agent;

import io.mnedc.itests.gateway.Bundles;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.wiring.FrameworkWiring;

/** What can be asked of a runtime. */
final class Commands {
    private final BundleContext context;

    Commands(BundleContext context) {
        this.context = context;
    }

    String execute(String line) throws Exception {
        String[] words = line.split(" ", -1);
        String name = words.length > 1 ? words[1] : "";
        switch (words[0]) {
            case "bundles" -> {
                return bundles();
            }
            case "stop" -> Bundles.named(context, name).stop();
            case "start" -> Bundles.named(context, name).start();
            case "restart" -> {
                Bundles.named(context, name).stop();
                Bundles.named(context, name).start();
            }
            case "update" -> Bundles.update(context, name);
            case "update-from" -> updateFrom(name, Path.of(words[2]));
            case "refresh" -> refreshOurs();
            case "uninstall" -> Bundles.named(context, name).uninstall();
            case "resources" -> {
                return Resources.list(context);
            }
            case "services" -> {
                return services(line.substring("services ".length()));
            }
            default -> {
                return Gateway.execute(context, words);
            }
        }
        return "";
    }

    private String bundles() {
        return Arrays.stream(context.getBundles())
                .map(bundle -> bundle.getSymbolicName() + " " + state(bundle.getState()) + " " + bundle.getVersion())
                .collect(Collectors.joining("\n"));
    }

    private static String state(int state) {
        return switch (state) {
            case Bundle.ACTIVE -> "active";
            case Bundle.RESOLVED -> "resolved";
            case Bundle.INSTALLED -> "installed";
            default -> "state-" + state;
        };
    }

    private void updateFrom(String name, Path jar) throws Exception {
        Bundle bundle = Bundles.named(context, name);
        bundle.update(new ByteArrayInputStream(Files.readAllBytes(jar)));
        Bundles.refresh(context, bundle);
    }

    /**
     * As an update of everything at once would: all bundles but the framework's own and this one are rewired. JNA is left
     * out: each time its bundle is replaced, it leaves a thread, its library and its class loader behind.
     */
    private void refreshOurs() throws InterruptedException {
        List<Bundle> all = Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getBundleId() != 0 && bundle != context.getBundle())
                .filter(bundle -> !"com.sun.jna".equals(bundle.getSymbolicName()))
                .toList();
        CountDownLatch done = new CountDownLatch(1);
        context.getBundle(0).adapt(FrameworkWiring.class).refreshBundles(all, event -> {
            if (event.getType() == FrameworkEvent.PACKAGES_REFRESHED) {
                done.countDown();
            }
        });
        if (!done.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("refresh of all bundles did not end");
        }
    }

    private String services(String filter) throws Exception {
        ServiceReference<?>[] references = context.getAllServiceReferences(null, filter);
        if (references == null) {
            return "";
        }
        return Arrays.stream(references).map(Commands::properties).collect(Collectors.joining("\n"));
    }

    private static String properties(ServiceReference<?> reference) {
        return Arrays.stream(reference.getPropertyKeys())
                .sorted()
                .map(key -> key + "=" + text(reference.getProperty(key)))
                .collect(Collectors.joining(" "));
    }

    private static String text(Object value) {
        return value instanceof Object[] array
                ? String.join(",", Arrays.stream(array).map(String::valueOf).toList())
                : String.valueOf(value);
    }
}
