package io.mnedc.transport.seal;

/** A handshake with a peer cannot go on; the message says why, for the log. */
final class SealingException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean lasting;

    /**
     * Makes the exception.
     *
     * @param lasting whether trying again at once is in vain: one of the two does not want the other
     */
    SealingException(String why, boolean lasting) {
        super(why);
        this.lasting = lasting;
    }

    boolean lasting() {
        return lasting;
    }
}
