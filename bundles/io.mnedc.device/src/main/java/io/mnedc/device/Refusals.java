package io.mnedc.device;

import io.mnedc.codec.ErrorCode;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a relay's refusals mean for a device. */
final class Refusals {
    /** How seldom a join token is tried again that the relay has refused: it will not get better. */
    static final Duration SELDOM = Duration.ofMinutes(10);

    /** Somebody has to do something about these: trying again soon is of no use. */
    private static final Set<ErrorCode> LASTING = EnumSet.of(
            ErrorCode.VERSION_UNSUPPORTED,
            ErrorCode.SECURITY_MISMATCH,
            ErrorCode.DEVICE_ID_INVALID,
            ErrorCode.REPLACED,
            ErrorCode.POOL_EXHAUSTED,
            ErrorCode.RESERVATION_TAKEN,
            ErrorCode.JOIN_REFUSED,
            ErrorCode.JOIN_EXPIRED,
            ErrorCode.JOIN_USED,
            ErrorCode.ID_TAKEN,
            ErrorCode.CERTIFICATE_REFUSED,
            ErrorCode.ID_MISMATCH,
            ErrorCode.REVOKED,
            ErrorCode.QUARANTINED,
            ErrorCode.ENROLMENT_UNAVAILABLE);

    /** Of these, only another token helps. */
    private static final Set<ErrorCode> TOKEN =
            EnumSet.of(ErrorCode.JOIN_REFUSED, ErrorCode.JOIN_EXPIRED, ErrorCode.JOIN_USED, ErrorCode.ID_TAKEN);

    private Refusals() {}

    /** {@return whether somebody has to do something} */
    static boolean lasting(@Nullable ErrorCode code) {
        return code != null && LASTING.contains(code);
    }

    /** {@return whether the join token is at fault, or not for this device} */
    static boolean ofToken(@Nullable ErrorCode code) {
        return code != null && TOKEN.contains(code);
    }

    /**
     * What helps at this end, for the refusals that somebody has to do something about here.
     *
     * @param code why the relay refuses
     * @param deviceId as this device is called
     * @param own whether it keeps its identity itself
     * @return to be put behind the relay's sentence; empty if that says it all
     */
    static String cure(@Nullable ErrorCode code, String deviceId, boolean own) {
        if (code == null) {
            return "";
        }
        return switch (code) {
            case SECURITY_MISMATCH -> "; set security to the same here (security) and at the relay";
            case JOIN_REFUSED, JOIN_EXPIRED, JOIN_USED -> "; set join.token to a new one of the relay";
            case ID_TAKEN -> "; set another device.id, or a join.token that is made for " + deviceId;
            case CERTIFICATE_REFUSED ->
                own ? "; set join.token to a new one of the relay" : "; this identity is none of the overlay's";
            case ID_MISMATCH ->
                "; this device is called " + deviceId + ": set device.id to the certificate's, or join anew";
            case REVOKED -> "; who runs the overlay may let it in again: mnedc:unrevoke " + deviceId;
            case QUARANTINED -> "; is this a copied image? Each device needs an identity of its own";
            default -> "";
        };
    }
}
