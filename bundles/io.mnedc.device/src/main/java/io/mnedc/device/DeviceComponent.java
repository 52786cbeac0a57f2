package io.mnedc.device;

import io.mnedc.api.device.LocalService;
import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.tcp.TcpSockets;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.device.dial.NameServers;
import io.mnedc.device.settings.DeviceConfig;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.security.TlsChoice;
import io.mnedc.settings.Endings;
import io.mnedc.settings.IdentityProviders;
import java.security.Provider;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** The device as a component: passes configuration and services of the framework on to {@link Operation}. */
@Component(
        name = DeviceSettings.PID,
        service = {},
        immediate = true,
        configurationPid = DeviceSettings.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DeviceConfig.class)
public final class DeviceComponent {
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final IdentityProviders providers = new IdentityProviders();
    private final LocalServices local = new LocalServices();
    private final Operation operation;

    @Reference(
            target = "(" + TlsChoice.SERVICE_PROPERTY + "=*)",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable Provider tls;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable TcpSockets sockets;

    @Reference(
            target = "(" + RelayFinder.KIND + "=" + RelayFinder.SRV + ")",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable RelayFinder srv;

    @Reference(
            target = "(" + RelayFinder.KIND + "=" + RelayFinder.LAN + ")",
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable RelayFinder lan;

    /** For the component runtime. */
    @Activate
    public DeviceComponent(
            BundleContext context, @Reference(policyOption = ReferencePolicyOption.GREEDY) TunDriver driver) {
        this(context, driver, PAUSE);
    }

    /** The same with a pause of the test's. */
    DeviceComponent(BundleContext context, TunDriver driver, Duration pause) {
        Framework framework = new Framework(context);
        DeviceEnvironment around = new DeviceEnvironment(
                driver,
                framework.software(),
                providers::find,
                () -> tls,
                () -> sockets,
                kind -> kind.equals(RelayFinder.LAN) ? lan : srv,
                InstantSource.system(),
                NameServers.ofThisHost(),
                local);
        this.operation = new Operation(framework, around, pause);
    }

    /** Those who supply identities are known by now. */
    @Activate
    void activate(Map<String, Object> properties) {
        operation.apply(properties);
    }

    @Reference(
            service = IdentityProvider.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addIdentityProvider(ServiceReference<IdentityProvider> reference, IdentityProvider provider) {
        providers.add(reference, provider);
        operation.providersChanged();
    }

    void updatedIdentityProvider(ServiceReference<IdentityProvider> reference, IdentityProvider provider) {
        addIdentityProvider(reference, provider);
    }

    void removeIdentityProvider(ServiceReference<IdentityProvider> reference) {
        providers.remove(reference);
        operation.providersChanged();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addLocalService(LocalService service) {
        local.add(service);
    }

    void removeLocalService(LocalService service) {
        local.remove(service);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        operation.apply(properties);
    }

    @Deactivate
    void deactivate(int reason) {
        operation.close(Endings.why(reason));
    }
}
