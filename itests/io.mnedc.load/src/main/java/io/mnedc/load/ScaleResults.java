package io.mnedc.load;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run has found.
 *
 * @param date when
 * @param machine where
 * @param relayOptions of the relay's JVM
 * @param start what the relay had in use before the first device, after some had come and gone
 * @param levels by rising number of devices
 * @param end what the relay had in use when all had left again
 * @param again how all came again, round by round
 * @param comeback after the relay was killed; null: not tried
 * @param faults what must never happen
 */
record ScaleResults(
        String date,
        String machine,
        String relayOptions,
        Gauge.Reading start,
        List<Level> levels,
        Gauge.Reading end,
        List<Again> again,
        @Nullable Comeback comeback,
        List<String> faults) {
    ScaleResults {
        levels = List.copyOf(levels);
        again = List.copyOf(again);
        faults = List.copyOf(faults);
    }
}
