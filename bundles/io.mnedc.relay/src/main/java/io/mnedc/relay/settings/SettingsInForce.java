package io.mnedc.relay.settings;

import java.util.function.Supplier;

/** The settings that a relay runs with now. Thread-safe. */
public final class SettingsInForce implements Supplier<RelaySettings> {
    private volatile RelaySettings now;

    public SettingsInForce(RelaySettings first) {
        this.now = first;
    }

    @Override
    public RelaySettings get() {
        return now;
    }

    /** Others are in force. */
    public void set(RelaySettings next) {
        now = next;
    }
}
