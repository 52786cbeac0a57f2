package io.mnedc.security.tool;

/** The command line cannot be understood; the message says what would be right. */
final class WrongCommandException extends Exception {
    private static final long serialVersionUID = 1L;

    WrongCommandException(String message) {
        super(message);
    }
}
