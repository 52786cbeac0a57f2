package io.mnedc.lab;

import java.io.Serial;

/** The lab could not do what was asked; the message says what was tried and what came back. */
public final class LabException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
