package io.mnedc.relay;

import java.io.IOException;

/** The store that the relays share is not there: at a start it usually comes a moment later. */
final class StoreAwaitedException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreAwaitedException(String message) {
        super(message);
    }
}
