package io.mnedc.finder;

import io.mnedc.api.relay.RelayStatus;
import io.mnedc.finder.lan.Announcement;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Announces each relay of this framework that wants to be, as long as it runs. */
@Component(
        service = {},
        immediate = true)
public final class LanAnnouncer {
    private static final Logger LOG = LoggerFactory.getLogger(LanAnnouncer.class);

    private final Map<ServiceReference<RelayStatus>, Announcement> announcements = new ConcurrentHashMap<>();

    @Reference(
            service = RelayStatus.class,
            target = "(" + RelayStatus.ANNOUNCE_LAN + "=true)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void addRelay(ServiceReference<RelayStatus> relay) {
        List<String> listening =
                relay.getProperty(RelayStatus.LISTENING) instanceof String[] texts ? Arrays.asList(texts) : List.of();
        if (listening.isEmpty()) {
            // it will say so when it listens
            removeRelay(relay);
            return;
        }
        try {
            end(announcements.put(relay, Announcement.start(listening)));
        } catch (IOException e) {
            LOG.error("The relay cannot be announced in its local networks", e);
        }
    }

    void updatedRelay(ServiceReference<RelayStatus> relay) {
        addRelay(relay);
    }

    void removeRelay(ServiceReference<RelayStatus> relay) {
        end(announcements.remove(relay));
    }

    private static void end(@Nullable Announcement announcement) {
        if (announcement != null) {
            announcement.close();
        }
    }

    @Deactivate
    void deactivate() {
        announcements.keySet().forEach(this::removeRelay);
    }
}
