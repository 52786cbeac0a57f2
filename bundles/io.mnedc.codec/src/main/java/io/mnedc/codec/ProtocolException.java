package io.mnedc.codec;

import java.io.IOException;

/** The peer's bytes break the protocol; the code and sentence are what the peer is told. */
public class ProtocolException extends IOException {
    private static final long serialVersionUID = 1L;

    private final ErrorCode code;

    /**
     * Makes the exception.
     *
     * @param code what went wrong
     * @param sentence names the value at fault and what is allowed
     */
    public ProtocolException(ErrorCode code, String sentence) {
        super(sentence);
        this.code = code;
    }

    /** {@return what went wrong} */
    public ErrorCode code() {
        return code;
    }
}
