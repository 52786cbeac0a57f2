package io.mnedc.kura;

import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.RefusedSettingsException;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.kura.security.keystore.KeystoreService;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes an {@link IdentityProvider} with the name {@code kura} while a key store is configured. */
@Component(
        service = {},
        immediate = true,
        configurationPid = KuraConfig.PID)
@Designate(ocd = KuraConfig.class)
public final class KuraIdentity {
    /** What {@code identity.provider} of relay or device says. */
    static final String NAME = "kura";

    private static final Logger LOG = LoggerFactory.getLogger(KuraIdentity.class);

    private final BundleContext context;
    private final Map<ServiceReference<KeystoreService>, KeystoreService> keystores = new ConcurrentHashMap<>();
    private @Nullable ServiceRegistration<IdentityProvider> registration;

    /** Made by the component runtime. */
    @Activate
    public KuraIdentity(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addKeystore(ServiceReference<KeystoreService> reference, KeystoreService keystore) {
        keystores.put(reference, keystore);
    }

    void removeKeystore(ServiceReference<KeystoreService> reference) {
        keystores.remove(reference);
    }

    @Activate
    @Modified
    @SuppressWarnings("JdkObsolete") // a service is registered with a Dictionary, and there is no other
    void change(Map<String, Object> properties) {
        ConfigurationReader values = new ConfigurationReader(properties, KuraConfig.class);
        String keystore = values.text("keystore", "");
        String key = values.text("key", "");
        List<String> authorities = values.lines("authorities");
        // read by the status light; all that is wrong is told here
        StatusLight.priority(values);
        values.remarks().forEach(remark -> LOG.warn("{}: {}", KuraConfig.PID, remark));
        try {
            values.check();
        } catch (RefusedSettingsException e) {
            LOG.error("{}: {}; the settings before stay in force", KuraConfig.PID, e.getMessage());
            return;
        }
        stop();
        if (!keystore.isEmpty()) {
            registration = context.registerService(
                    IdentityProvider.class,
                    new KeystoreIdentity(keystore, key, authorities, this::find),
                    new Hashtable<>(Map.of(IdentityProvider.NAME, NAME)));
        }
    }

    private Optional<KeystoreService> find(String name) {
        return keystores.entrySet().stream()
                .filter(each -> name.equals(each.getKey().getProperty("kura.service.pid")))
                .max(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue);
    }

    @Deactivate
    void stop() {
        ServiceRegistration<IdentityProvider> ending = registration;
        registration = null;
        if (ending != null) {
            ending.unregister();
        }
    }
}
