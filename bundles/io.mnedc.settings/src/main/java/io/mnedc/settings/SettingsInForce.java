package io.mnedc.settings;

import java.util.function.Supplier;

/**
 * The settings that a device or relay runs with now. Thread-safe.
 *
 * @param <S> the record of its settings
 */
public final class SettingsInForce<S> implements Supplier<S> {
    private volatile S now;

    public SettingsInForce(S first) {
        this.now = first;
    }

    @Override
    public S get() {
        return now;
    }

    /** Others are in force. */
    public void set(S next) {
        now = next;
    }
}
