package io.mnedc.security;

/** Somebody is not let in; the message is a sentence that the peer may see. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. The names are those of the protocol's error codes. */
    public enum Reason {
        /** The certificate or the request for one is not acceptable. */
        CERTIFICATE_REFUSED,
        /** What is needed to judge the certificate cannot be read now: nothing is said against the device. */
        UNDECIDED,
        /** The device is revoked. */
        REVOKED,
        /** The device asks for another ID than its token or certificate is for. */
        ID_MISMATCH,
        /** There is no such token, or its secret is another. */
        JOIN_REFUSED,
        /** The token is too old. */
        JOIN_EXPIRED,
        /** The token has been used as often as it may be. */
        JOIN_USED,
        /** A device with this ID and another key is enrolled. */
        ID_TAKEN,
        /** The relay cannot issue certificates now. */
        ENROLMENT_UNAVAILABLE
    }

    private final Reason reason;

    /**
     * Makes the exception.
     *
     * @param reason why
     * @param message a sentence with the cure
     */
    public RefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** {@return why} */
    public Reason reason() {
        return reason;
    }
}
