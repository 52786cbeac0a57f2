package io.mnedc.device;

import io.mnedc.api.text.PlainText;
import io.mnedc.device.settings.DefaultId;
import io.mnedc.device.settings.DeviceConfig;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.SettingsReader;
import io.mnedc.files.PrivateFiles;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.LastSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.RestartPauses;
import io.mnedc.settings.Retry;
import io.mnedc.transport.Daemon;
import io.mnedc.work.TaskQueue;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a device while its configuration says so. A wrong configuration is refused, and what ran before goes on; what cannot
 * be in force yet is tried again. Any thread may call; everything happens in the {@link TaskQueue}, one after the other.
 */
final class Operation {
    private static final Logger LOG = LoggerFactory.getLogger(Operation.class);

    /** How long a change or the end waits for a task of another thread; that one may stop a device. */
    private static final Duration END = Duration.ofSeconds(10);

    private record Running(Device device, DeviceSettings settings, Framework.Published services) {}

    /**
     * What is not in force yet, but may be later.
     *
     * @param settings what it says; null if it has to be read again
     */
    private record Waiting(
            Map<String, Object> properties, @Nullable DeviceSettings settings) {}

    private final TaskQueue tasks = new TaskQueue();
    private final Framework framework;
    private final DeviceEnvironment around;
    private final Retry retry;
    private final NoticeBoard notices;
    private final RestartPauses pauses;
    private @Nullable Running running;

    /** Of the device that runs, or of none. */
    private int generation;

    /** The last configuration, whether it could be used or not. */
    private Map<String, Object> present = Map.of();

    /** When the settings in force were taken on. */
    private Instant since = Instant.EPOCH;

    private @Nullable Waiting waiting;

    /**
     * No device runs yet.
     *
     * @param pause between two attempts at what cannot be in force yet
     */
    Operation(Framework framework, DeviceEnvironment around, Duration pause) {
        this.framework = framework;
        this.around = around;
        this.pauses = new RestartPauses(pause);
        this.retry = new Retry(
                "mnedc-device-retry",
                pause,
                () -> tasks.run(this::again),
                problem -> LOG.error("{}; it is tried again every {} s", problem, pause.toSeconds()));
        this.notices = framework.notices();
    }

    /** Has a configuration taken on. */
    void apply(Map<String, Object> properties) {
        tasks.run(() -> takeOrRest(properties), END);
    }

    /** Another provider of identities is there, or one less. */
    void providersChanged() {
        tasks.run(() -> {
            Running now = running;
            if (now != null) {
                now.device().providersChanged();
            }
        });
    }

    /** Ends the device, and what is tried again. */
    void close(String why) {
        tasks.end(() -> stop(why), END);
        retry.close();
    }

    private void takeOrRest(Map<String, Object> properties) {
        present = properties;
        try {
            take(properties);
        } catch (RuntimeException | Error e) {
            // such as no memory for another thread: not for ever
            LOG.error("The device cannot be started or changed because of a fault", e);
            rest(properties, "the device could not be started or changed, see the log: " + e);
        }
    }

    private void take(Map<String, Object> properties) {
        Running now = running;
        DefaultId standIn = DefaultId.of(properties);
        ConfigurationReader reader = new ConfigurationReader(properties, DeviceConfig.class);
        reader.remarks().forEach(remark -> LOG.warn("Configuration {}: {}", DeviceSettings.PID, remark));
        if (reader.wish() == Wish.OFF) {
            stop(reader.whyOff());
            return;
        }
        DeviceSettings settings = null;
        try {
            settings = new SettingsReader(reader).read(standIn.id(), framework::storage);
            standIn.warnIfUsed(properties, settings.deviceId());
            if (now != null) {
                requireDirectory(now.settings(), settings);
                running = new Running(now.device(), settings, now.services());
                now.device().reconfigure(settings);
                now.services().changed(settings);
            } else {
                startFirst(properties, settings);
            }
            since = Instant.now();
            giveUp();
            lastSettings().keep(properties);
        } catch (RefusedSettingsException e) {
            LOG.debug("the cause", e);
            refused(properties, PlainText.of(e), "");
        } catch (UnusableException e) {
            LOG.debug("the cause", e);
            refused(properties, PlainText.of(e), "; it is tried again");
            waiting = new Waiting(properties, settings);
            retry.failed("These settings cannot be in force yet: " + PlainText.of(e));
        } catch (IOException e) {
            LOG.debug("the cause", e);
            String problem = PlainText.of(e);
            waiting = new Waiting(properties, null);
            retry.failed("The device cannot be started: " + problem);
            notices.show("the device waits and tries again: " + problem);
        }
    }

    /** Something that has failed by itself is tried again, later each time. */
    private void rest(Map<String, Object> properties, String problem) {
        Duration pause = pauses.failed(System.nanoTime());
        waiting = new Waiting(properties, null);
        retry.later(problem, pause);
        notices.show(problem + "; it is tried again in " + pause.toSeconds() + " s");
    }

    /** A part of the device has ended by itself. One that is half dead helps nobody: it ends, and starts again later. */
    private void failed(int failed, String part) {
        Daemon.thread("mnedc-device-again", () -> tasks.run(() -> restart(failed, part)))
                .start();
    }

    private void restart(int failed, String part) {
        if (running != null && generation == failed) {
            stop(part + " has failed");
            rest(present, "the device has stopped, because " + part + " has failed, see the log");
        }
    }

    private void again() {
        Waiting next = waiting;
        if (next == null) {
            return;
        }
        Running now = running;
        DeviceSettings settings = next.settings();
        if (now != null && settings != null) {
            try {
                requireDirectory(now.settings(), settings);
            } catch (UnusableException e) {
                retry.failed("These settings cannot be in force yet: " + PlainText.of(e));
                return;
            }
        }
        takeOrRest(next.properties());
    }

    private void giveUp() {
        waiting = null;
        retry.end();
        notices.show("");
    }

    /** A configuration cannot be used: what runs goes on; if nothing does, it starts with what was in force last. */
    private void refused(Map<String, Object> properties, String problem, String later) {
        giveUp();
        if (running == null) {
            last(properties).ifPresent(this::startLast);
        }
        String then = running == null ? "no device is started" : "running with the settings of " + since;
        LOG.error("Configuration {} refused, {}: {}", DeviceSettings.PID, then, problem);
        notices.show("configuration refused: " + problem + "; " + then + later);
    }

    private void startLast(LastSettings.Old<DeviceSettings> old) {
        try {
            start(old.settings());
            since = old.time();
        } catch (IOException e) {
            LOG.error("The device cannot be started with the settings of {}: {}", old.time(), PlainText.of(e));
        }
    }

    /** A directory that cannot be used is waited for, but not if there was another one before. */
    private void startFirst(Map<String, Object> properties, DeviceSettings settings) throws IOException {
        Optional<DeviceSettings> before = last(properties).map(LastSettings.Old::settings);
        try {
            requireDirectory(null, settings);
        } catch (UnusableException e) {
            if (before.filter(old -> !old.security().sameIdentity(settings.security()))
                    .isPresent()) {
                throw e;
            }
            LOG.debug("the device waits for its directory", e);
        }
        start(settings);
    }

    private Optional<LastSettings.Old<DeviceSettings>> last(Map<String, Object> properties) {
        return lastSettings()
                .find(
                        properties,
                        values -> new SettingsReader(values)
                                .read(DefaultId.of(properties).id(), framework::requiredArea));
    }

    private LastSettings lastSettings() {
        return new LastSettings(DeviceSettings.PID, DeviceConfig.class, LOG::warn, framework.area());
    }

    /** A directory cannot be used. */
    private static final class UnusableException extends IOException {
        private static final long serialVersionUID = 1L;

        UnusableException(IOException cause) {
            super("data.dir cannot be used: " + PlainText.of(cause), cause);
        }
    }

    /** A device that runs must not lose its identity for a directory that cannot be used. */
    private static void requireDirectory(@Nullable DeviceSettings before, DeviceSettings next)
            throws UnusableException {
        Path directory = next.security().directory();
        if (next.security().tls()
                && directory != null
                && (before == null || !directory.equals(before.security().directory()))) {
            try {
                PrivateFiles.directory(directory);
            } catch (IOException e) {
                throw new UnusableException(e);
            }
        }
    }

    private void start(DeviceSettings settings) throws IOException {
        int mine = ++generation;
        Device device = Device.start(settings, around, part -> failed(mine, part));
        try {
            running = new Running(device, settings, framework.publish(device, settings));
        } catch (RuntimeException | Error e) {
            // nobody else would end it
            device.close();
            throw e;
        }
        pauses.started(System.nanoTime());
    }

    private void stop(String why) {
        giveUp();
        Running now = running;
        running = null;
        if (now != null) {
            LOG.info("The device stops: {}", why);
            // first those who use it take leave
            now.services().withdraw();
            now.device().close();
        }
    }
}
