package io.mnedc.itests.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.itests.gateway.RelayAndDevice;
import io.mnedc.itests.gateway.Waits;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;

/** Every bundle in a gateway can read the properties of every service: no secret is there. */
class SecretsIT {
    private static final String KEYSTORE = "secret of the key store";
    private static final String TRUSTSTORE = "secret of the trust store";

    @TempDir
    Path data;

    private final BundleContext context =
            FrameworkUtil.getBundle(SecretsIT.class).getBundleContext();
    private final Services services = new Services(context);
    private @Nullable RelayAndDevice overlay;

    @AfterEach
    void stop() throws Exception {
        if (overlay != null) {
            overlay.stop();
        }
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
    }

    @Test
    void noServiceTellsASecret() throws Exception {
        RelayAndDevice overlay = new RelayAndDevice(context, data);
        this.overlay = overlay;
        overlay.start();
        Map<String, Object> relay = withPasswords(overlay.relay());
        Map<String, Object> device = withPasswords(overlay.device());
        String token = String.valueOf(device.get("join.token"));
        device.put("services", "web:http:80");
        overlay.configurations().set(RelayAndDevice.RELAY, relay);
        overlay.configurations().set(RelayAndDevice.DEVICE, device);
        services.await(
                DeviceStatus.class, DeviceStatus::snapshot, snapshot -> snapshot.state() == DeviceStatus.State.READY);
        services.await(
                PeerDirectory.class, PeerDirectory::own, own -> !own.services().isEmpty());

        Map<String, String> told = new TreeMap<>();
        for (ServiceReference<?> reference : ours()) {
            told.put(reference.toString(), properties(reference) + text(reference));
        }
        assertThat(told.keySet().toString())
                .contains("PeerDirectory", "RelayStatus", "RelayAdministration", "DeviceStatus", "AddressAllocator");
        assertThat(token).startsWith("mnedc1-");
        assertThat(told).allSatisfy((service, text) -> assertThat(text).doesNotContain(token, KEYSTORE, TRUSTSTORE));
        assertThat(services.ask(RelayStatus.class, RelayStatus::snapshot).toString())
                .doesNotContain(token, KEYSTORE, TRUSTSTORE);
        assertThat(services.ask(DeviceStatus.class, DeviceStatus::snapshot).toString())
                .doesNotContain(token, KEYSTORE, TRUSTSTORE);
    }

    private static Map<String, Object> withPasswords(Map<String, Object> settings) {
        settings.put("keystore.password", KEYSTORE);
        settings.put("truststore.password", TRUSTSTORE);
        return settings;
    }

    private List<ServiceReference<?>> ours() throws Exception {
        ServiceReference<?>[] all = context.getAllServiceReferences(null, null);
        return Arrays.stream(all == null ? new ServiceReference<?>[0] : all)
                .filter(each ->
                        String.valueOf(each.getBundle().getSymbolicName()).startsWith("io.mnedc."))
                .toList();
    }

    private static String properties(ServiceReference<?> reference) {
        List<String> texts = new ArrayList<>();
        for (String key : reference.getPropertyKeys()) {
            Object value = reference.getProperty(key);
            texts.add(key + "=" + (value instanceof Object[] array ? Arrays.deepToString(array) : value));
        }
        return texts.toString();
    }

    /** What the service says of itself, and what its commands without arguments print. */
    private String text(ServiceReference<?> reference) throws Exception {
        Object service = context.getService(reference);
        if (service == null) {
            return "";
        }
        try {
            StringBuilder text = new StringBuilder(service.toString());
            if (reference.getProperty("osgi.command.scope") != null) {
                for (Method method : service.getClass().getMethods()) {
                    if (method.getName().endsWith("Text") && method.getParameterCount() == 0) {
                        text.append(method.invoke(service));
                    }
                }
            }
            return text.toString();
        } finally {
            context.ungetService(reference);
        }
    }
}
