package io.mnedc.codec;

import java.util.Arrays;
import java.util.Optional;

/** Where an announcement stands in a snapshot. */
public enum Part {
    /** No snapshot: changes since the announcement before. */
    DELTA(0),
    /** The first part, more follow. */
    SNAPSHOT_BEGIN(1),
    /** Neither first nor last. */
    SNAPSHOT_MORE(2),
    /** The last part, not the first. */
    SNAPSHOT_END(3),
    /** A whole snapshot in one. */
    SNAPSHOT_WHOLE(4);

    private final int number;

    Part(int number) {
        this.number = number;
    }

    /** {@return the number on the wire} */
    public int number() {
        return number;
    }

    static Optional<Part> of(int number) {
        return Arrays.stream(values()).filter(part -> part.number == number).findFirst();
    }
}
