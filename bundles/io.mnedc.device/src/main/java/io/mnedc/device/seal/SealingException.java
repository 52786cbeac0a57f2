package io.mnedc.device.seal;

/** A handshake with a peer cannot go on; the message says why, for the log. */
final class SealingException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What follows from it. */
    enum Kind {
        /** Trying again may help. */
        PASSING,
        /** Trying again at once is in vain. */
        LASTING,
        /** As {@link #LASTING}: one of the two does not want the other. */
        REFUSED
    }

    private final Kind kind;

    SealingException(String why, Kind kind) {
        super(why);
        this.kind = kind;
    }

    boolean lasting() {
        return kind != Kind.PASSING;
    }

    boolean refused() {
        return kind == Kind.REFUSED;
    }
}
