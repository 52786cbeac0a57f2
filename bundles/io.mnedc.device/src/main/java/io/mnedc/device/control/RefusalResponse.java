package io.mnedc.device.control;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a relay's refusals mean for a device. */
public final class RefusalResponse {
    /** How seldom a join token is tried again that the relay has refused: it will not get better. */
    static final Duration SELDOM = Duration.ofMinutes(10);

    /** Between two looks for what this host lacks, such as room on a disk. */
    static final Duration SHORT = Duration.ofSeconds(5);

    /** Somebody has to do something about these: trying again soon does not help. */
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

    private RefusalResponse() {}

    /** {@return whether somebody has to do something} */
    static boolean lasting(@Nullable ErrorCode code) {
        return code != null && LASTING.contains(code);
    }

    /** {@return the same of a report; a relay that names a time to try again may make certificates by then} */
    static boolean lasting(@Nullable ErrorReport said) {
        return said != null && lasting(ControlMessage.codeOf(said).orElse(null)) && !again(said);
    }

    private static boolean again(ErrorReport said) {
        return said.code() == ErrorCode.ENROLMENT_UNAVAILABLE.number() && said.retryMillis() > 0;
    }

    /** {@return whether the join token is at fault, or not for this device} */
    static boolean ofToken(@Nullable ErrorCode code) {
        return code != null && TOKEN.contains(code);
    }

    /**
     * The setting by which the cure of a relay's sentence is taken here.
     *
     * @param code why the relay refuses
     * @param own whether this device keeps its identity itself
     * @return to be put behind the sentence; empty if it says it all
     */
    public static String setting(@Nullable ErrorCode code, boolean own) {
        if (code == null) {
            return "";
        }
        return switch (code) {
            case SECURITY_MISMATCH -> " (setting security)";
            case JOIN_REFUSED, JOIN_EXPIRED, JOIN_USED -> " (setting join.token)";
            case ID_TAKEN -> " (settings device.id and join.token)";
            case CERTIFICATE_REFUSED -> own ? " (setting join.token)" : " (the identity is not of the device's making)";
            case ID_MISMATCH -> " (setting device.id)";
            default -> "";
        };
    }
}
