package io.mnedc.security;

import io.mnedc.api.text.DeviceIds;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;

/** What a certificate says about its owner. It says nothing about whether that is to be believed. */
public final class CertificateNames {
    /** GeneralName, RFC 5280, section 4.2.1.6. */
    static final int DNS = 2;

    public static final int URI = 6;
    static final int IP = 7;

    private final X509Certificate certificate;
    private final List<String> uris;

    public CertificateNames(X509Certificate certificate) throws CertificateException {
        this.certificate = certificate;
        this.uris = alternatives(certificate, URI).stream()
                .filter(uri -> uri.startsWith(Names.SCHEME))
                .toList();
    }

    /** {@return a name that is a common name only} */
    public static X500Name commonName(String name) {
        return new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.CN, name).build();
    }

    /** {@return whether there are names of ours} */
    boolean named() {
        return !uris.isEmpty();
    }

    boolean relay() {
        return uris.equals(List.of(Names.RELAY_URI));
    }

    /** {@return the device's ID and groups} */
    public PeerName device() throws CertificateException {
        return named() ? byUris() : new PeerName(commonName(), Set.of(), false);
    }

    private PeerName byUris() throws CertificateException {
        String id = "";
        Set<String> groups = new LinkedHashSet<>();
        for (String uri : uris) {
            if (uri.startsWith(Names.DEVICE_URI) && id.isEmpty()) {
                id = checked(uri.substring(Names.DEVICE_URI.length()), uri);
            } else if (uri.startsWith(Names.GROUP_URI) && Names.isGroup(uri.substring(Names.GROUP_URI.length()))) {
                groups.add(uri.substring(Names.GROUP_URI.length()));
            } else {
                throw new CertificateException("the certificate's name " + Names.shown(uri)
                        + " does not belong into the certificate of a device");
            }
        }
        if (id.isEmpty()) {
            throw new CertificateException("the certificate names groups but no device");
        }
        return new PeerName(id, groups, true);
    }

    private String commonName() throws CertificateException {
        String name;
        try {
            var rdns = X500Name.getInstance(
                            certificate.getSubjectX500Principal().getEncoded())
                    .getRDNs(BCStyle.CN);
            if (rdns.length != 1 || rdns[0].isMultiValued()) {
                throw new CertificateException("the certificate of " + shownSubject() + " has neither a name "
                        + Names.DEVICE_URI + "ID nor exactly one common name: it names no device");
            }
            name = IETFUtils.valueToString(rdns[0].getFirst().getValue());
        } catch (IllegalArgumentException | IllegalStateException e) {
            // the JDK reads some names that BouncyCastle does not
            throw new CertificateException("the certificate's subject cannot be read: it names no device", e);
        }
        return checked(name, "common name " + name);
    }

    private static String checked(String id, String where) throws CertificateException {
        if (!DeviceIds.isValid(id)) {
            throw new CertificateException("the certificate's " + Names.shown(where) + " is no device ID: "
                    + DeviceIds.ALLOWED + " are allowed");
        }
        return id;
    }

    String shownSubject() {
        return Names.shown(certificate.getSubjectX500Principal().getName());
    }

    public static List<String> alternatives(X509Certificate certificate, int type) throws CertificateException {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            List<String> found = new ArrayList<>();
            for (List<?> each : all == null ? List.<List<?>>of() : all) {
                if (each.get(0).equals(type)) {
                    found.add(String.valueOf(each.get(1)));
                }
            }
            return found;
        } catch (CertificateParsingException | RuntimeException e) {
            // the JDK has a RuntimeException for some names that it has read but cannot write, and anybody may show
            // them
            throw new CertificateException("the certificate's alternative names cannot be read", e);
        }
    }
}
