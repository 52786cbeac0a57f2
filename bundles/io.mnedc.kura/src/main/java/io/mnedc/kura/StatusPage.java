package io.mnedc.kura;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayStatus;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.kura.configuration.ComponentConfiguration;
import org.eclipse.kura.configuration.SelfConfiguringComponent;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * The page <i>MNEDC status</i> of Kura's web UI. Kura asks such a component for its form and values each time that
 * somebody looks; what is saved there goes nowhere. Nothing runs between two looks.
 */
@Component(
        service = {},
        immediate = true,
        configurationPolicy = ConfigurationPolicy.IGNORE)
public final class StatusPage implements SelfConfiguringComponent {
    static final String PID = "io.mnedc.status";

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable DeviceStatus device;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable PeerDirectory peers;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable RelayStatus relay;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable RelayAdministration administration;

    private final List<Notice> notices = new CopyOnWriteArrayList<>();
    private @Nullable ServiceRegistration<SelfConfiguringComponent> registration;

    /** Made by the component runtime. */
    @Activate
    public StatusPage() {}

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addNotice(Notice notice) {
        notices.add(notice);
    }

    void removeNotice(Notice notice) {
        notices.remove(notice);
    }

    @Activate
    @SuppressWarnings("JdkObsolete") // a service is registered with a Dictionary, and there is no other
    void open(BundleContext context) {
        registration = context.registerService(
                SelfConfiguringComponent.class,
                this,
                new Hashtable<>(Map.of(Constants.SERVICE_PID, PID, Markers.KURA_PID, PID)));
    }

    @Deactivate
    void close() {
        ServiceRegistration<SelfConfiguringComponent> ending = registration;
        registration = null;
        if (ending != null) {
            ending.unregister();
        }
    }

    @Override
    public ComponentConfiguration getConfiguration() {
        return StatusForm.of(StatusTexts.of(device, peers, relay, administration, notices));
    }
}
