package io.mnedc.device;

import io.mnedc.device.settings.DeviceSettings;
import java.util.function.Supplier;

/** The settings in force. Any thread reads them; the control loop changes them. */
final class CurrentSettings implements Supplier<DeviceSettings> {
    private volatile DeviceSettings settings;

    CurrentSettings(DeviceSettings settings) {
        this.settings = settings;
    }

    @Override
    public DeviceSettings get() {
        return settings;
    }

    void set(DeviceSettings next) {
        settings = next;
    }
}
