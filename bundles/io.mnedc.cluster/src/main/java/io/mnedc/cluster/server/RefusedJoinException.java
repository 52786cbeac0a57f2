package io.mnedc.cluster.server;

import java.io.IOException;
import java.io.Serial;

/** A join token that is not taken, now or a little later: somebody has to do something. */
public final class RefusedJoinException extends IOException {
    @Serial
    private static final long serialVersionUID = 1;

    /** Makes one; the message has the cure. */
    public RefusedJoinException(String message, Throwable cause) {
        super(message, cause);
    }
}
