package io.mnedc.finder;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.finder.lan.Browser;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;

/** Finds relays that announce themselves in the networks that this host is attached to. */
@Component(property = RelayFinder.KIND + "=" + RelayFinder.LAN, configurationPolicy = ConfigurationPolicy.IGNORE)
public final class LanFinder implements RelayFinder {
    private volatile boolean ended;

    @Override
    public List<Found> find(String domain, Duration limit) throws IOException, InterruptedException {
        return Browser.find(limit, () -> ended);
    }

    @Deactivate
    void deactivate() {
        ended = true;
    }
}
