package io.mnedc.security;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Requests for certificates, PKCS #10 (RFC 2986). Of one that comes in only the key counts: names are the relay's business. */
public final class CertificateRequest {
    /** As in the protocol. */
    static final int MAX_BYTES = 4096;

    /** RFC 8410, section 3; BouncyCastle keeps it in another package in each release. */
    private static final ASN1ObjectIdentifier ED25519 = new ASN1ObjectIdentifier("1.3.101.112");

    private static final Map<ASN1ObjectIdentifier, String> KEY_ALGORITHMS = Map.of(
            X9ObjectIdentifiers.id_ecPublicKey, "EC", PKCSObjectIdentifiers.rsaEncryption, "RSA", ED25519, "Ed25519");
    private static final Map<ASN1ObjectIdentifier, String> SIGNATURES = Map.of(
            X9ObjectIdentifiers.ecdsa_with_SHA256,
            "SHA256withECDSA",
            X9ObjectIdentifiers.ecdsa_with_SHA384,
            "SHA384withECDSA",
            X9ObjectIdentifiers.ecdsa_with_SHA512,
            "SHA512withECDSA",
            PKCSObjectIdentifiers.sha256WithRSAEncryption,
            "SHA256withRSA",
            PKCSObjectIdentifiers.sha384WithRSAEncryption,
            "SHA384withRSA",
            PKCSObjectIdentifiers.sha512WithRSAEncryption,
            "SHA512withRSA",
            ED25519,
            "Ed25519");

    private CertificateRequest() {}

    public static byte[] make(PrivateKey priv, PublicKey pub, String deviceId) throws GeneralSecurityException {
        try {
            var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(priv);
            return new JcaPKCS10CertificationRequestBuilder(CertificateNames.commonName(deviceId), pub)
                    .build(signer)
                    .getEncoded();
        } catch (OperatorCreationException | IOException e) {
            throw new GeneralSecurityException("cannot make a certificate request: " + e.getMessage(), e);
        }
    }

    /**
     * Takes the key out of a request, once it is proven that the sender has the private one.
     *
     * @param der from the network
     * @return a key that is good enough
     * @throws RefusedException when it is not so
     */
    public static PublicKey provenKey(byte[] der) throws RefusedException {
        if (der.length > MAX_BYTES) {
            throw refused("it has " + der.length + " bytes, at most " + MAX_BYTES + " are read");
        }
        PublicKey key;
        boolean proven;
        try {
            PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
            if (!Arrays.equals(request.toASN1Structure().getEncoded(ASN1Encoding.DER), der)) {
                throw refused("it is not in DER");
            }
            key = key(request.getSubjectPublicKeyInfo());
            String complaint = Keys.complaint(key);
            if (complaint != null) {
                throw refused(complaint);
            }
            proven = proven(request, key);
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            // BouncyCastle reports bad ASN.1 by several kinds of RuntimeException
            throw refused("it cannot be read (" + e.getClass().getSimpleName() + ")");
        }
        if (!proven) {
            throw refused("its signature is not by the key in it");
        }
        return key;
    }

    private static PublicKey key(SubjectPublicKeyInfo spki)
            throws GeneralSecurityException, IOException, RefusedException {
        String algorithm = KEY_ALGORITHMS.get(spki.getAlgorithm().getAlgorithm());
        if (algorithm == null) {
            throw refused("key algorithm " + spki.getAlgorithm().getAlgorithm().getId()
                    + ": use EC P-256 or P-384, Ed25519 or RSA");
        }
        return KeyFactory.getInstance(algorithm)
                .generatePublic(new X509EncodedKeySpec(spki.getEncoded(ASN1Encoding.DER)));
    }

    private static boolean proven(PKCS10CertificationRequest request, PublicKey key)
            throws GeneralSecurityException, IOException, RefusedException {
        AlgorithmIdentifier algorithm = request.getSignatureAlgorithm();
        String name = SIGNATURES.get(algorithm.getAlgorithm());
        boolean plain =
                algorithm.getParameters() == null || algorithm.getParameters().equals(DERNull.INSTANCE);
        if (name == null || !plain) {
            throw refused(
                    "signature algorithm " + algorithm.getAlgorithm().getId() + ": use one with SHA-256 or Ed25519");
        }
        Signature signature = EcdsaVerifier.of(name, key);
        signature.update(request.toASN1Structure().getCertificationRequestInfo().getEncoded(ASN1Encoding.DER));
        return signature.verify(request.getSignature());
    }

    private static RefusedException refused(String why) {
        return new RefusedException(
                RefusedException.Reason.CERTIFICATE_REFUSED, "the certificate request is not accepted: " + why);
    }
}
