package io.mnedc.fuzz;

import io.mnedc.api.identity.Identity;
import io.mnedc.testing.TestPki;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** An authority in memory, and devices that it has certified. */
final class Pki {
    private final TestPki authority;

    Pki() {
        try {
            authority = TestPki.root();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A device with a key of its own. */
    Identity device(String id) {
        GeneralName name = new GeneralName(GeneralName.uniformResourceIdentifier, "mnedc://device/" + id);
        try {
            KeyPair key = TestPki.newKey();
            return new Identity(
                    key.getPrivate(),
                    authority.chain(key, "CN=" + id, KeyPurposeId.id_kp_clientAuth, List.of(name)),
                    Set.of(authority.ca()));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
