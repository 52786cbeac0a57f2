package io.mnedc.device.seal;

import org.jspecify.annotations.Nullable;

/**
 * What opens the frames of one peer: the key in use, and the one before or the one to come. Immutable.
 *
 * @param current opens most frames; null if there is none
 * @param other the one before or the next; null if there is none
 */
public record Openers(@Nullable Opener current, @Nullable Opener other) {
    /** Opens nothing. */
    public static final Openers NONE = new Openers(null, null);

    /** {@return what opens the frames of an epoch; null if nothing does} */
    public @Nullable Opener find(int epoch) {
        Opener likely = current;
        if (likely != null && likely.epoch() == epoch) {
            return likely;
        }
        Opener second = other;
        return second != null && second.epoch() == epoch ? second : null;
    }
}
