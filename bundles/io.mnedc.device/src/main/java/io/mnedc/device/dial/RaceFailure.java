package io.mnedc.device.dial;

import io.mnedc.api.text.PlainText;
import io.mnedc.security.PeerCertificates;
import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * Why something that a {@link RelayRace} has tried is of no use.
 *
 * @param why in a sentence
 * @param distrusted whether the relay could not prove itself
 * @param weight the largest one of a leg says most
 */
record RaceFailure(String why, boolean distrusted, int weight) {
    /** An attempt that has ended. */
    static RaceFailure of(@Nullable Throwable cause, boolean connected) {
        boolean distrusted = PeerCertificates.refused(cause);
        boolean refused = cause instanceof ConnectException
                && !String.valueOf(cause.getMessage()).contains("timed out");
        return new RaceFailure(
                cause == null ? "the relay closed the connection" : PlainText.of(cause),
                distrusted,
                distrusted ? 3 : connected ? 2 : refused ? 1 : 0);
    }

    /** Nothing was there to be connected. */
    static RaceFailure of(String why) {
        return new RaceFailure(why, false, 0);
    }
}
