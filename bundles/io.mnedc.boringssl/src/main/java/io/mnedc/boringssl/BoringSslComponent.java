package io.mnedc.boringssl;

import java.security.Provider;
import java.util.Dictionary;
import java.util.Hashtable;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers the provider as a service, if its native library can be loaded; it does not get into the list of the JVM. */
@Component(
        service = {},
        immediate = true)
public final class BoringSslComponent {
    /** Service property by which relay and device find it. */
    static final String TLS = "mnedc.tls";

    private static final int DEEPEST = 10;

    private static final Logger LOG = LoggerFactory.getLogger(BoringSslComponent.class);

    private final @Nullable ServiceRegistration<Provider> registration;

    /** Made by the component runtime. */
    @Activate
    @SuppressWarnings("JdkObsolete") // the framework's interface
    public BoringSslComponent(BundleContext context) {
        Provider provider = load();
        if (provider == null) {
            registration = null;
            return;
        }
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(TLS, "boringssl");
        registration = context.registerService(Provider.class, provider, properties);
    }

    private static @Nullable Provider load() {
        try {
            return new BoringSslProvider();
        } catch (LinkageError | RuntimeException e) {
            LOG.info(
                    "no TLS by BoringSSL on {} {}, the Java runtime's is used: {}",
                    System.getProperty("os.name"),
                    System.getProperty("os.arch"),
                    reason(e));
            return null;
        }
    }

    /** Of a directory where nothing may be executed, say, only the last one in the chain speaks. */
    static String reason(Throwable thrown) {
        Throwable last = thrown;
        for (int depth = 0; last.getCause() != null && depth < DEEPEST; depth++) {
            last = last.getCause();
        }
        return last.equals(thrown) ? thrown.toString() : thrown + "; " + last;
    }

    @Deactivate
    void stop() {
        ServiceRegistration<Provider> registered = registration;
        if (registered != null) {
            registered.unregister();
        }
    }
}
