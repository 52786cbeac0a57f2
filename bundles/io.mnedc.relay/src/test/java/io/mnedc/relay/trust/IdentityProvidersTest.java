package io.mnedc.relay.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestReference;
import io.mnedc.settings.IdentityProviders;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which of several services supplies the relay's identity. */
class IdentityProvidersTest {
    private final IdentityProviders identities = new IdentityProviders();

    private static IdentityProvider failing(String why) {
        return () -> {
            throw new GeneralSecurityException(why);
        };
    }

    @Test
    void ofTwoOfOneNameTheHigherRankedIsAskedAndTheOtherWhenItIsGone(@TempDir Path directory) throws Exception {
        Identity identity = new TestOverlay(directory).identity("a", Instant.now());
        IdentityProvider vault = RelayIdentity.named("vault", identities);
        assertThatThrownBy(vault::identity)
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining("no such service");
        var high = TestReference.of("vault", 2);
        var low = TestReference.of("vault", 1);
        identities.add(high, failing("high"));
        identities.add(low, () -> identity);
        identities.add(TestReference.of("other", 9), failing("not asked"));
        assertThatThrownBy(vault::identity).hasMessage("high");
        identities.remove(high);
        assertThat(vault.identity()).isEqualTo(identity);
        identities.remove(low);
        assertThatThrownBy(vault::identity).hasMessageContaining("[other]");
    }
}
