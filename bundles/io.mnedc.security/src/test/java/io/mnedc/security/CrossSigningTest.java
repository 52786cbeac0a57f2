package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.security.authority.Issuer;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A relay that is not honest names CAs of its own: words for them count only with the signature of a trusted one. */
class CrossSigningTest {
    /** Extensions, RFC 5280, section 4.2.1. */
    private static final String CONSTRAINTS = "2.5.29.19";

    private static final String USAGE = "2.5.29.15";
    private static final String PURPOSE = "2.5.29.37";
    private static final String NAMES = "2.5.29.17";
    private static final String OWN_KEY = "2.5.29.14";
    private static final String ISSUERS_KEY = "2.5.29.35";

    private final Instant now = Instant.now();
    private KeyPair ownKey;
    private X509Certificate own;
    private KeyPair strangersKey;
    private X509Certificate stranger;

    @BeforeEach
    void twoAuthorities() throws Exception {
        ownKey = Keys.generate();
        own = Issuer.selfSigned(ownKey, now);
        strangersKey = Keys.generate();
        stranger = Issuer.selfSigned(strangersKey, now);
    }

    private Set<X509Certificate> believed(X509Certificate... named) {
        return CrossSigning.follow(Set.of(own), List.of(named), Set.of());
    }

    @Test
    void theWordOfATrustedOneCounts() throws Exception {
        X509Certificate word = new Issuer(ownKey.getPrivate(), own).vouch(stranger, now);
        assertThat(believed(own, stranger, word)).containsExactly(own, stranger);
        assertThat(believed(word, stranger)).containsExactly(stranger);
        assertThat(believed(own, stranger)).containsExactly(own);
    }

    @Test
    void aWordInTheNameOfATrustedOneThatItHasNotSignedIsWorthNothing() throws Exception {
        X509Certificate forged = new Issuer(strangersKey.getPrivate(), own).vouch(stranger, now);
        assertThat(forged.getIssuerX500Principal()).isEqualTo(own.getSubjectX500Principal());
        assertThat(believed(own, stranger, forged)).containsExactly(own);
    }

    @Test
    void aWordForAnotherKeyIsWorthNothing() throws Exception {
        X509Certificate other = Issuer.selfSigned(Keys.generate(), now);
        X509Certificate word = new Issuer(ownKey.getPrivate(), own).vouch(other, now);
        assertThat(believed(own, stranger, word)).containsExactly(own);
    }

    @Test
    void onlyWhoHasSignedItselfIsAnAuthority() throws Exception {
        assertThat(CrossSigning.isAuthority(own)).isTrue();
        X509Certificate named = new Issuer(strangersKey.getPrivate(), own).vouch(own, now);
        assertThat(named.getIssuerX500Principal()).isEqualTo(named.getSubjectX500Principal());
        assertThat(CrossSigning.isAuthority(named)).isFalse();
        X509Certificate device =
                new Issuer(ownKey.getPrivate(), own).device(ownKey.getPublic(), "d", Set.of(), now, TestOverlay.YEAR);
        assertThat(CrossSigning.isAuthority(device)).isFalse();
    }

    @Test
    void certificatesSayWhatTheyAreFor() throws Exception {
        Issuer issuer = new Issuer(ownKey.getPrivate(), own);
        X509Certificate device = issuer.device(strangersKey.getPublic(), "d", Set.of(), now, TestOverlay.YEAR);
        assertThat(device.getCriticalExtensionOIDs()).containsExactlyInAnyOrder(CONSTRAINTS, USAGE);
        assertThat(device.getNonCriticalExtensionOIDs())
                .containsExactlyInAnyOrder(PURPOSE, NAMES, OWN_KEY, ISSUERS_KEY);
        assertThat(device.getKeyUsage()).containsExactly(usage(0));
        assertThat(own.getCriticalExtensionOIDs()).containsExactlyInAnyOrder(CONSTRAINTS, USAGE);
        assertThat(own.getNonCriticalExtensionOIDs()).containsExactly(OWN_KEY);
        assertThat(own.getKeyUsage()).as("certificates and CRLs").containsExactly(usage(5, 6));
        assertThat(own.getBasicConstraints()).isZero();
        X509Certificate word = issuer.vouch(stranger, now);
        assertThat(word.getCriticalExtensionOIDs()).hasSize(3).contains(CONSTRAINTS, USAGE);
        assertThat(word.getNonCriticalExtensionOIDs()).containsExactlyInAnyOrder(OWN_KEY, ISSUERS_KEY);
        assertThat(word.getKeyUsage()).containsExactly(usage(5, 6));
    }

    private static boolean[] usage(int... bits) {
        boolean[] usage = new boolean[9];
        for (int bit : bits) {
            usage[bit] = true;
        }
        return usage;
    }
}
