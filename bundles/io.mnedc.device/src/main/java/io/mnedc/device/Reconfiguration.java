package io.mnedc.device;

import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.SettingsChange;
import io.mnedc.security.JoinToken;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes a device from some settings to others, and touches only what differs. On the control loop. */
final class Reconfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(Reconfiguration.class);

    private final SharedParts shared;
    private final DeviceLife life;

    Reconfiguration(SharedParts shared, DeviceLife life) {
        this.shared = shared;
        this.life = life;
    }

    static void warnIfUnprotected(DeviceSettings settings) {
        if (!settings.security().tls()) {
            LOG.warn(
                    "device {}: security is none: nothing is encrypted or authenticated, anyone on the path can read"
                            + " and forge packets; for laboratories only",
                    settings.deviceId());
        }
    }

    void apply(DeviceSettings next) {
        DeviceSettings before = shared.settings().get();
        Set<SettingsChange> changes = SettingsChange.between(before, next);
        if (changes.isEmpty()) {
            return;
        }
        if (before.security().tls()) {
            warnIfUnprotected(next);
        }
        LOG.info("device {}: settings changed: {}", next.deviceId(), SettingsChange.inWords(changes));
        shared.settings().set(next);
        shared.board().settings(next);
        apply(changes, next);
    }

    private void apply(Set<SettingsChange> changes, DeviceSettings next) {
        DeviceParts parts = life.parts();
        if (changes.contains(SettingsChange.PAUSES)) {
            parts.control().longestPause(next.reconnectMost());
        }
        if (changes.contains(SettingsChange.TUN)
                || changes.contains(SettingsChange.TUN_LIVE)
                || changes.contains(SettingsChange.NETWORK)) {
            parts.guard().settingsChanged();
        }
        if (changes.contains(SettingsChange.MULTICAST)) {
            parts.groups().changed();
        }
        if (changes.contains(SettingsChange.DATA_STREAM)) {
            life.expectUnbound();
            parts.stream().settings(DeviceParts.buffering(next));
        }
        if (changes.contains(SettingsChange.RELAYS)) {
            life.relaysChanged(next.relays());
        }
        if (changes.contains(SettingsChange.PEERS)) {
            parts.sealing().rekeyAfter(next.security().rekey());
            // also for those who have keys
            parts.sealing().renew();
        }
        JoinToken join = next.security().join();
        if (changes.contains(SettingsChange.REGISTRATION)) {
            parts.own().settingsChanged();
            life.registerAgain("its settings have changed");
        } else if (changes.contains(SettingsChange.JOIN) && join != null) {
            parts.onboarding().ifNew(join, life::tokenFound);
        }
    }
}
