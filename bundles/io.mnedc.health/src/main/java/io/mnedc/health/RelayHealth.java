package io.mnedc.health;

import io.mnedc.api.notice.Notice;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import java.time.Clock;
import java.util.Map;
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
    private final Notices notices = new Notices();

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
                () -> Verdict.onRelay(
                        status,
                        notices.of("io.mnedc.relay", "io.mnedc.address"),
                        Clock.systemUTC().instant()));
    }

    @Reference(
            service = Notice.class,
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
    @Modified
    void change(Map<String, Object> properties) {
        // also what says so in a way that is refused
        check.publish(ConfigurationReader.wish(properties) != Wish.OFF);
    }

    @Deactivate
    void stop() {
        check.end();
    }
}
