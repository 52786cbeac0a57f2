package io.mnedc.transport;

import io.mnedc.api.text.PlainText;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says what a failed TLS handshake most likely means. */
final class TlsFailure {
    private static final String ALERT = "received fatal alert: ";

    /** Alerts by their names in RFC 8446, section 6.2, as the JDK spells them. */
    private static final Map<String, String> ALERTS = Map.of(
            "protocol_version", "it does not speak TLS 1.3",
            "no_application_protocol", "it speaks TLS, but not this protocol: is it an MNEDC relay of this version?",
            "handshake_failure", "it has no cipher or key type in common with this end",
            "certificate_required", "it wants a certificate: join with a token, or give a keystore",
            "certificate_unknown", "it does not accept this end's certificate",
            "bad_certificate", "it does not accept this end's certificate",
            "unknown_ca", "it does not trust the authority of this end's certificate",
            "certificate_expired", "this end's certificate has expired: is the clock right?",
            "decrypt_error", "this end's certificate and key do not belong together");

    private TlsFailure() {}

    /**
     * Makes a sentence of a failure before the handshake was complete.
     *
     * @param cause what Netty or the engine tells
     * @param client whether this end dialled
     */
    static IOException explain(Throwable cause, boolean client) {
        String sentence = sentence(cause, client);
        return new SSLException("TLS handshake failed: " + PlainText.of(sentence), cause);
    }

    private static String sentence(Throwable cause, boolean client) {
        CertificateException refused = find(cause, CertificateException.class);
        if (refused != null) {
            return String.valueOf(refused.getMessage());
        }
        if (cause instanceof NotSslRecordException) {
            return client
                    ? "the relay does not speak TLS: has it security = none?"
                    : "the peer's bytes are no TLS records";
        }
        if (cause instanceof SslHandshakeTimeoutException) {
            return "the peer did not go on with it in time";
        }
        if (cause instanceof ClosedChannelException
                || cause instanceof EOFException
                || cause instanceof SocketException) {
            return client
                    ? "the relay closed the connection: has it security = none, or does something on the way block TLS?"
                    : "the peer closed the connection";
        }
        String message = String.valueOf(cause.getMessage());
        if (message.toLowerCase(Locale.ROOT).startsWith(ALERT)) {
            String alert = message.substring(ALERT.length());
            return "the peer refused (" + alert + "): " + ALERTS.getOrDefault(alert, "its log tells more");
        }
        if (cause instanceof RejectedExecutionException) {
            return "too many handshakes are going on here";
        }
        if (cause instanceof SSLException) {
            return message;
        }
        return cause.getClass().getSimpleName() + ": " + message;
    }

    private static <T extends Throwable> @Nullable T find(Throwable thrown, Class<T> type) {
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < 8; depth++) {
            if (type.isInstance(at)) {
                return type.cast(at);
            }
            at = at.getCause();
        }
        return null;
    }
}
