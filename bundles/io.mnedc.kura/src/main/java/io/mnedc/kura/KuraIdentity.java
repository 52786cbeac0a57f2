package io.mnedc.kura;

import io.mnedc.api.identity.IdentityProvider;
import java.util.Hashtable;
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

/** Publishes an {@link IdentityProvider} with the name {@code kura} while a key store is configured. */
@Component(
        service = {},
        immediate = true,
        configurationPid = KuraConfig.PID)
@Designate(ocd = KuraConfig.class)
public final class KuraIdentity {
    /** What {@code identity.provider} of relay or device says. */
    static final String NAME = "kura";

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
    void change(KuraConfig config) {
        stop();
        String keystore = config.keystore().trim();
        if (!keystore.isEmpty()) {
            registration = context.registerService(
                    IdentityProvider.class,
                    new KeystoreIdentity(keystore, config.key().trim(), config.authorities(), this::find),
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
