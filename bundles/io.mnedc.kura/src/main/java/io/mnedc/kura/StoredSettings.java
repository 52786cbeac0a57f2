package io.mnedc.kura;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Map;
import java.util.Set;
import org.eclipse.kura.KuraException;
import org.eclipse.kura.crypto.CryptoService;
import org.eclipse.kura.system.SystemService;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationPlugin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the settings of relay, addresses and device on their way from Config Admin to the components: passwords, which
 * Kura stores encrypted, become plain, and an empty {@code data.dir} becomes a directory below Kura's own, because Kura
 * clears the framework's storage area at each boot; a device is told what the gateway is called. What is stored stays as it is.
 */
@Component(
        service = ConfigurationPlugin.class,
        configurationPolicy = ConfigurationPolicy.IGNORE,
        immediate = true,
        property = {
            ConfigurationPlugin.CM_TARGET + "=" + StoredSettings.ADDRESS,
            ConfigurationPlugin.CM_TARGET + "=" + StoredSettings.RELAY,
            ConfigurationPlugin.CM_TARGET + "=" + StoredSettings.DEVICE,
            ConfigurationPlugin.CM_RANKING + ":Integer=500",
            StoredSettings.NAME + "=true"
        })
public final class StoredSettings implements ConfigurationPlugin {
    static final String ADDRESS = "io.mnedc.address";
    static final String RELAY = "io.mnedc.relay";
    static final String DEVICE = "io.mnedc.device";

    /** Service property that tells this plug-in from others. */
    static final String NAME = "mnedc.kura.settings";

    private static final Logger LOG = LoggerFactory.getLogger(StoredSettings.class);
    private static final String DATA_DIR = "data.dir";
    private static final Map<String, String> DIRECTORIES = Map.of(ADDRESS, "leases", RELAY, "relay", DEVICE, "device");

    private final BundleContext context;
    private final SystemService system;
    private final CryptoService crypto;

    /** Made by the component runtime. */
    @Activate
    public StoredSettings(BundleContext context, @Reference SystemService system, @Reference CryptoService crypto) {
        this.context = context;
        this.system = system;
        this.crypto = crypto;
    }

    @Override
    public void modifyConfiguration(@Nullable ServiceReference<?> component, Dictionary<String, Object> properties) {
        if (!(properties.get(Constants.SERVICE_PID) instanceof String pid) || !DIRECTORIES.containsKey(pid)) {
            return;
        }
        try {
            decrypt(properties, Metatype.passwords(context, pid), crypto);
            complete(properties, DIRECTORIES.get(pid), system.getKuraDataDirectory());
            if (pid.equals(DEVICE)) {
                GatewayId.of(system).ifPresent(id -> properties.put(GatewayId.SETTING, id));
            }
        } catch (IOException e) {
            LOG.error("Passwords of {} are not decrypted: its metatype cannot be read", pid, e);
        }
    }

    /** Makes the passwords plain. */
    static void decrypt(Dictionary<String, Object> properties, Set<String> passwords, CryptoService crypto) {
        for (String key : passwords) {
            if (properties.get(key) instanceof String stored && !stored.isEmpty()) {
                properties.put(key, decrypt(key, stored, crypto));
            }
        }
    }

    private static String decrypt(String key, String stored, CryptoService crypto) {
        try {
            return String.valueOf(crypto.decryptAes(stored.toCharArray()));
        } catch (KuraException | RuntimeException e) {
            // put into Config Admin by somebody else than Kura
            LOG.warn("{} is not encrypted by this Kura; it is taken as it is", key);
            LOG.debug("the cause", e);
            return stored;
        }
    }

    /** Fills in the directory if there is none. */
    static void complete(Dictionary<String, Object> properties, String directory, @Nullable String kura) {
        Object configured = properties.get(DATA_DIR);
        if ((configured == null || configured.toString().isBlank()) && kura != null) {
            properties.put(DATA_DIR, Path.of(kura, "mnedc", directory).toString());
        }
    }
}
