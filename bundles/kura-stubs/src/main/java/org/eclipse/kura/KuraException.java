package org.eclipse.kura;

/** What Kura's services fail with. */
public class KuraException extends Exception {
    private static final long serialVersionUID = 1L;

    /** For tests: Kura's own has other constructors. */
    protected KuraException(String message) {
        super(message);
    }
}
