package io.mnedc.health;

import io.mnedc.api.relay.RelayStatus;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Checks the relay while it is enabled, whether it runs or not. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "io.mnedc.relay")
public final class RelayHealth {
    private final Check check;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile @Nullable RelayStatus status;

    /** Made by the component runtime. */
    @Activate
    public RelayHealth(BundleContext context) {
        this.check = new Check(
                context,
                "MNEDC relay",
                "mnedc-relay",
                () -> Verdict.onRelay(status, Clock.systemUTC().instant()));
    }

    @Activate
    @Modified
    void change(Enabled config) {
        check.publish(config.enabled());
    }

    @Deactivate
    void stop() {
        check.publish(false);
    }
}
