package io.mnedc.device;

import io.mnedc.device.common.Counters;
import io.mnedc.device.data.LocalAnswers;

/** A host without services at the relay's virtual address. */
public final class NobodyAnswers {
    private NobodyAnswers() {}

    public static LocalAnswers here() {
        return new LocalAnswers(
                port -> null,
                new LocalAnswers.Threads(Runnable::run, Runnable::run),
                () -> null,
                (port, cause) -> {},
                new Counters());
    }
}
