package io.mnedc.discovery;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this device tells about itself: the configured part and what OSGi services announce. Published when it becomes
 * something else, and only then. Thread-safe.
 */
final class LocalInfo {
    private static final Logger LOG = LoggerFactory.getLogger(LocalInfo.class);

    /** The order is that of the framework: services of a higher ranking first, then those that are older. */
    private record Offer(int ranking, OfferedService service) {}

    private final Consumer<OrchestrationInfo> publisher;
    private final Map<Long, Offer> offers = new TreeMap<>();
    private LocalSettings settings;
    /** How many services the log was told of that are not told to peers. */
    @GuardedBy("this")
    private int leftOut;

    private volatile OrchestrationInfo current = OrchestrationInfo.NONE;

    /**
     * Publishes the configured part.
     *
     * @param settings the configured part
     * @param publisher takes what is to be told from now on; called under this object's lock, so that the last call
     *     has the last word
     */
    LocalInfo(LocalSettings settings, Consumer<OrchestrationInfo> publisher) {
        this.settings = settings;
        this.publisher = publisher;
        refresh();
    }

    /** {@return what is published} */
    OrchestrationInfo current() {
        return current;
    }

    /** Takes another configuration. */
    synchronized void configure(LocalSettings newSettings) {
        settings = newSettings;
        refresh();
    }

    /**
     * Takes what an OSGi service offers, or offers now.
     *
     * @param ranking its service ranking: where not all fits, the lower ones are left out
     */
    synchronized void offer(long serviceId, int ranking, OfferedService service) {
        offers.put(serviceId, new Offer(ranking, service));
        refresh();
    }

    /** Forgets what an OSGi service offers. */
    synchronized void withdraw(long serviceId) {
        offers.remove(serviceId);
        refresh();
    }

    private synchronized void refresh() {
        var services = new LinkedHashSet<>(settings.services());
        offers.values().stream()
                .sorted(Comparator.comparingInt(Offer::ranking).reversed())
                .forEach(each -> services.add(each.service()));
        OrchestrationInfo info = fitting(List.copyOf(services));
        int told = info.services().size();
        int more = services.size() - told;
        if (more > 0 && more != leftOut) {
            LOG.warn(
                    "{} services are offered, peers are told of the first {}, which are {} or take {} bytes with the attributes:"
                            + " configured ones first, then OSGi services with the property {} by ranking and age",
                    services.size(),
                    told,
                    OrchestrationInfo.MAX_SERVICES,
                    OrchestrationInfo.MAX_BYTES,
                    OfferedService.NAME_PROPERTY);
        }
        leftOut = more;
        if (!info.equals(current)) {
            current = info;
            publisher.accept(info);
        }
    }

    /** {@return with as many of the services as may be told} */
    @GuardedBy("this")
    private OrchestrationInfo fitting(List<OfferedService> services) {
        OrchestrationInfo bare =
                new OrchestrationInfo(settings.platform(), settings.executionType(), List.of(), settings.attributes());
        int left = OrchestrationInfo.MAX_BYTES - bare.size();
        List<OfferedService> fit = new ArrayList<>();
        for (OfferedService service : services) {
            left -= service.size();
            if (left < 0 || fit.size() == OrchestrationInfo.MAX_SERVICES) {
                break;
            }
            fit.add(service);
        }
        return new OrchestrationInfo(bare.platform(), bare.executionType(), fit, bare.attributes());
    }
}
