package io.mnedc.security;

import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import java.io.IOException;
import java.util.List;

/** The join tokens of an overlay: a file for each, with the hash of its secret. Thread-safe, and safe across processes. */
@SuppressWarnings("DoNotCallSuggester") // until it is written
public final class JoinTokens {
    JoinTokens() {}

    /**
     * Makes a token.
     *
     * @param request what it is good for
     * @param addresses of the relay, for a request without
     * @return the token; kept nowhere else
     * @throws IOException if it cannot be stored
     * @throws IllegalArgumentException if the request is out of its ranges
     */
    public JoinToken issue(TokenRequest request, List<String> addresses) throws IOException {
        throw new IOException("not there yet");
    }
}
