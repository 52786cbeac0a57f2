package io.mnedc.boringssl;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Says what BoringSSL says of a peer's alert as the Java runtime would, which is what others read; and other errors in one line,
 * without addresses in memory and places in its source.
 */
final class Alerts {
    /** The reason in an error of BoringSSL: library and file, then the alert behind SSLV3_ALERT_ or TLSV1_ALERT_. */
    private static final Pattern ALERT = Pattern.compile("(?:SSLV3|TLSV1)_(?:ALERT_)?([A-Z0-9_]+) \\(");

    /** Any other reason. */
    private static final Pattern REASON = Pattern.compile(":OPENSSL_internal:([A-Z0-9_]+) \\(");

    private static final Pattern ADDRESS = Pattern.compile("\\b(?:ssl=)?0x[0-9a-f]+:? ?");

    /** Alerts whose names differ from those of RFC 8446, section 6. */
    private static final Map<String, String> OTHERS = Map.of(
            "no_certificate", "no_certificate_RESERVED",
            "unknown", "unknown_alert");

    private Alerts() {}

    static SSLException translated(SSLException thrown) {
        Matcher alert = ALERT.matcher(String.valueOf(thrown.getMessage()));
        if (!alert.find()) {
            return inOneLine(thrown);
        }
        String name = alert.group(1).toLowerCase(Locale.ROOT);
        SSLException same = new SSLHandshakeException("Received fatal alert: " + OTHERS.getOrDefault(name, name));
        same.initCause(thrown);
        return same;
    }

    private static SSLException inOneLine(SSLException thrown) {
        String message = String.valueOf(thrown.getMessage());
        Matcher reason = REASON.matcher(message);
        String line = reason.find()
                ? "TLS error: " + reason.group(1).toLowerCase(Locale.ROOT).replace('_', ' ')
                : ADDRESS.matcher(message)
                        .replaceAll("")
                        .replaceAll("\\s+", " ")
                        .strip();
        if (line.equals(message)) {
            return thrown;
        }
        SSLException same =
                thrown instanceof SSLHandshakeException ? new SSLHandshakeException(line) : new SSLException(line);
        same.initCause(thrown);
        return same;
    }
}
