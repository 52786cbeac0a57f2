package io.mnedc.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether a certificate is for a host: RFC 6125, by subject alternative names only, a wildcard for the whole first label. */
final class HostNames {
    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

    private HostNames() {}

    static void check(X509Certificate certificate, String host) throws CertificateException {
        InetAddress address = literal(host);
        int type = address == null ? CertificateNames.DNS : CertificateNames.IP;
        List<String> names = CertificateNames.alternatives(certificate, type);
        for (String name : names) {
            if (address == null ? matches(name, host) : address.equals(literal(name))) {
                return;
            }
        }
        throw new CertificateException("the relay's certificate is not for " + Names.shown(host) + " but for "
                + (names.isEmpty()
                        ? "no " + (address == null ? "host name" : "IP address")
                        : Names.shown(names.toString()))
                + ": dial it by a name in its certificate, or give it another certificate");
    }

    static boolean matches(String pattern, String host) {
        String wanted = plain(pattern);
        String name = plain(host);
        if (!wanted.startsWith("*.")) {
            return wanted.equals(name);
        }
        int dot = name.indexOf('.');
        String rest = wanted.substring(2);
        return dot > 0 && name.substring(dot + 1).equals(rest) && rest.contains(".") && rest.indexOf('*') < 0;
    }

    private static String plain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** {@return the address that a literal is; null for a host name, which is not looked up} */
    private static @Nullable InetAddress literal(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (bare.indexOf(':') < 0 && !IPV4.matcher(bare).matches()) {
            return null;
        }
        try {
            int zone = bare.indexOf('%');
            return InetAddress.getByName(zone < 0 ? bare : bare.substring(0, zone));
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
