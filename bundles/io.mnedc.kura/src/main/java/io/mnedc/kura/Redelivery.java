package io.mnedc.kura;

import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationPlugin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the settings delivered once more when {@link StoredSettings} is there: components that were configured before have
 * them as Kura stores them. Those that come later are not disturbed.
 */
@Component(
        service = {},
        immediate = true)
public final class Redelivery {
    private static final Logger LOG = LoggerFactory.getLogger(Redelivery.class);

    /** Made by the component runtime, after the plug-in was published. */
    @Activate
    public Redelivery(
            @Reference ConfigurationAdmin admin,
            @Reference(target = "(" + StoredSettings.NAME + "=true)") ConfigurationPlugin plugin) {
        String pids = Stream.of(StoredSettings.ADDRESS, StoredSettings.RELAY, StoredSettings.DEVICE)
                .map(pid -> "(service.pid=" + pid + ")")
                .collect(Collectors.joining("", "(|", ")"));
        try {
            Configuration[] configurations = admin.listConfigurations(pids);
            for (Configuration each : configurations == null ? new Configuration[0] : configurations) {
                each.update();
            }
        } catch (IOException | InvalidSyntaxException e) {
            LOG.error("Settings are not delivered again; save them once more if a password is not understood", e);
        }
    }
}
