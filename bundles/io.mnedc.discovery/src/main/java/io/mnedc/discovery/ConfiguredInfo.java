package io.mnedc.discovery;

import io.mnedc.api.text.PlainText;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.LastSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the configuration says about this device, through mistakes and boots: what is wrong stays as it was, also if that
 * was before the boot. Thread-safe.
 */
final class ConfiguredInfo {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredInfo.class);

    private final LastSettings kept;
    private final NoticeBoard notices;
    private @Nullable LocalSettings present;

    /** When the settings in force were taken on. */
    private Instant since = Instant.EPOCH;

    /**
     * Reads nothing yet.
     *
     * @param area where settings are kept beside {@code data.dir}; null if the framework has no such place
     */
    ConfiguredInfo(@Nullable Path area, NoticeBoard notices) {
        // a name of its own: the device keeps its part beside it
        this.kept = new LastSettings(
                PeerDirectoryComponent.PID + ".peers", PeerDirectoryComponent.Config.class, LOG::warn, area);
        this.notices = notices;
    }

    /** {@return what the peers are to be told from now on} */
    synchronized LocalSettings take(Map<String, Object> properties) {
        ConfigurationReader values = reader(properties);
        // of a file that is mistaken as a whole the device speaks
        boolean mistaken = values.refused();
        LocalSettings before = present;
        LocalSettings read = LocalSettings.of(values, before == null ? LocalSettings.DEFAULT : before);
        if (!values.refused()) {
            present = read;
            since = Instant.now();
            // a configuration that is deleted, or switches the device off, comes here, too
            if (ConfigurationReader.wish(properties) == Wish.ON) {
                kept.keep(properties);
            }
            notices.show("");
            return read;
        }
        if (before == null) {
            before = last(properties);
            read = LocalSettings.of(reader(properties), before);
        }
        present = read;
        String problem = "";
        try {
            values.check();
        } catch (RefusedSettingsException e) {
            problem = PlainText.of(e);
        }
        String then = since.equals(Instant.EPOCH)
                ? "the peers are told nothing of it"
                : "running with the settings of " + since;
        LOG.error("Configuration {} refused, {}: {}", PeerDirectoryComponent.PID, then, problem);
        notices.show(mistaken ? "" : "configuration refused: " + problem + "; " + then);
        return read;
    }

    private LocalSettings last(Map<String, Object> properties) {
        Optional<LastSettings.Old<LocalSettings>> old = kept.find(properties, values -> {
            LocalSettings read = LocalSettings.of(values, LocalSettings.DEFAULT);
            values.check();
            return read;
        });
        old.ifPresent(found -> since = found.time());
        return old.map(LastSettings.Old::settings).orElse(LocalSettings.DEFAULT);
    }

    /** Nobody is there any more who could be told. */
    synchronized void end() {
        notices.show("");
    }

    private static ConfigurationReader reader(Map<String, Object> properties) {
        return new ConfigurationReader(properties, PeerDirectoryComponent.Config.class);
    }
}
