package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.relay.RelayEventListener;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.relay.events.EventListeners;
import io.mnedc.relay.settings.RelayConfig;
import io.mnedc.security.TlsChoice;
import io.mnedc.settings.Endings;
import io.mnedc.settings.IdentityProviders;
import java.security.Provider;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/**
 * Brings settings and services of the framework to a relay's {@link Operation}. The allocator may come and go: registered
 * devices stay, new ones are told to try again.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = RelayComponent.PID)
@Designate(ocd = RelayConfig.class)
public final class RelayComponent {
    static final String PID = RelayConfig.PID;

    private static final long AGAIN_MILLIS = 5000;

    private final IdentityProviders identities = new IdentityProviders();
    private final EventListeners listeners = new EventListeners();
    private final Operation operation;

    @Reference(
            target = "(" + TlsChoice.SERVICE_PROPERTY + "=*)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Provider tls;

    /** Made by the component runtime. */
    @Activate
    public RelayComponent(BundleContext context) {
        this(context, Duration.ofMillis(AGAIN_MILLIS));
    }

    /** The same with a pause of the test's. */
    RelayComponent(BundleContext context, Duration pause) {
        operation = new Operation(context, identities, () -> tls, listeners, pause);
    }

    @Activate
    void start(Map<String, Object> properties) {
        operation.apply(properties);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        operation.apply(properties);
    }

    @Deactivate
    void stop(int reason) {
        operation.close(Endings.why(reason));
        listeners.close();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updatedAllocator")
    void setAllocator(AddressAllocator present) {
        operation.allocator(present);
    }

    // called when the pool's configuration changes
    void updatedAllocator(AddressAllocator present) {
        operation.allocatorChanged(present);
    }

    void unsetAllocator(AddressAllocator gone) {
        operation.allocatorGone(gone);
    }

    @Reference(
            target = "(" + OverlayStore.KIND + "=" + OverlayStore.SHARED + ")",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setStore(OverlayStore present) {
        operation.store(present);
    }

    void unsetStore(OverlayStore gone) {
        operation.storeGone(gone);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addListener(RelayEventListener listener) {
        listeners.add(listener);
    }

    void removeListener(RelayEventListener listener) {
        listeners.remove(listener);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addIdentity(ServiceReference<IdentityProvider> reference, IdentityProvider provider) {
        identities.add(reference, provider);
    }

    void removeIdentity(ServiceReference<IdentityProvider> reference) {
        identities.remove(reference);
    }
}
