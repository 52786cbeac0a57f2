package io.mnedc.cluster.join;

import java.io.Serial;

/** A relay could not join. The message says why, and the cure. */
public final class JoinException extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final boolean lasting;

    JoinException(String message, boolean lasting, Throwable cause) {
        super(message, cause);
        this.lasting = lasting;
    }

    JoinException(String message, boolean lasting) {
        super(message);
        this.lasting = lasting;
    }

    /** {@return whether somebody has to do something: trying again soon does not help} */
    public boolean isLasting() {
        return lasting;
    }
}
