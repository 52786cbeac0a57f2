package io.mnedc.security;

import io.mnedc.api.text.DeviceIds;
import io.mnedc.fuzz.Checks;
import java.io.ByteArrayInputStream;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Certificates and requests for them, in DER: refused with a sentence, or believed and then what they say is within the
 * rules. If the first byte is even, the rest is a request as an enrolling device sends it, which needs no certificate
 * for that; else the certificate of a peer. In this package because the parts are nobody else's.
 */
public final class CertificateFuzz {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final List<String> HOSTS =
            List.of("relay.example", "a.wild.example", "192.0.2.1", "[2001:db8::1]", "::1%eth0");

    private CertificateFuzz() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        byte[] der = Arrays.copyOfRange(data, 1, data.length);
        if ((data[0] & 1) == 0) {
            request(der);
        } else {
            certificate(der);
        }
    }

    private static void request(byte[] der) {
        try {
            PublicKey key = CertificateRequest.provenKey(der);
            Checks.that(Keys.complaint(key) == null, "a key that is taken is good enough");
            Checks.that(der.length <= CertificateRequest.MAX_BYTES, "a request is within its limit");
        } catch (RefusedException refused) {
            Checks.sentence(String.valueOf(refused.getMessage()));
        }
    }

    private static void certificate(byte[] der) {
        X509Certificate certificate;
        try {
            certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            return; // the JDK's word, which nobody shows
        }
        checked(() -> names(certificate));
        for (String host : HOSTS) {
            checked(() -> HostNames.check(certificate, host));
        }
        for (Role role : Role.values()) {
            checked(() ->
                    OverlayTrust.check(List.of(certificate), role, Set.of(certificate), NOW, Duration.ofDays(400)));
        }
    }

    private static void names(X509Certificate certificate) throws CertificateException {
        CertificateNames names = new CertificateNames(certificate);
        Checks.that(!names.relay() || names.named(), "a relay is one by its name");
        PeerName device = names.device();
        Checks.that(DeviceIds.isValid(device.deviceId()), "a device's ID is one", device);
        Checks.that(device.groups().stream().allMatch(Names::isGroup), "a device's groups are some", device);
        Checks.that(device.named() || device.groups().isEmpty(), "only our own certificates have groups", device);
        Checks.that(!names.relay(), "a relay is no device");
    }

    /** Something that may refuse a certificate. */
    private interface Check {
        void run() throws CertificateException;
    }

    private static void checked(Check check) {
        try {
            check.run();
        } catch (CertificateException refused) {
            Checks.sentence(String.valueOf(refused.getMessage()));
        }
    }
}
