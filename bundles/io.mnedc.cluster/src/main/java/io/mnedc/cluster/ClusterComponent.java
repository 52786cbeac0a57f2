package io.mnedc.cluster;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.cluster.join.Joining;
import io.mnedc.settings.Endings;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;

/** Brings settings to the {@link Operation} that publishes the shared store. */
@Component(
        name = ClusterConfig.PID,
        service = {},
        immediate = true,
        configurationPid = ClusterConfig.PID)
@Designate(ocd = ClusterConfig.class)
@Capability(
        namespace = "osgi.service",
        attribute = {
            "objectClass:List<String>=\"io.mnedc.api.store.OverlayStore\"",
            OverlayStore.KIND + "=" + OverlayStore.SHARED
        },
        uses = OverlayStore.class)
public final class ClusterComponent {
    private final Operation operation;

    /** Made by the component runtime. */
    @Activate
    public ClusterComponent(BundleContext context, Map<String, Object> properties) {
        operation = new Operation(context, new Joining()::join);
        operation.apply(properties);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        operation.apply(properties);
    }

    @Deactivate
    void stop(int reason) {
        operation.close(Endings.why(reason));
    }
}
