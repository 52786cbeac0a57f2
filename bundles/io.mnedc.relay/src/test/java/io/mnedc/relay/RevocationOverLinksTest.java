package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ErrorCode;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.testing.Await;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Relays tell each other whom they have shut out, for one whose store is silent. */
@Timeout(180)
class RevocationOverLinksTest extends WithRelays {
    private static ErrorCode end(PlainDevice device) throws Exception {
        return TestOverlay.code(device.awaitEnd());
    }

    private boolean isLetIn(String relay, String deviceId) {
        return relay(relay).relay().services().access().refusal(deviceId).isEmpty();
    }

    @Test
    void aRelayWhoseStoreIsSilentHearsItFromAnotherOne() throws Exception {
        begin("b");
        linked("a", "b");
        Identity pump = overlay.identity("pump", Instant.now());
        PlainDevice joined = joined("b", "pump", pump);
        view("b").cut();
        relay("a").relay().administration().orElseThrow().revoke("pump", "stolen");
        assertThat(end(joined)).isEqualTo(ErrorCode.REVOKED);
        assertThat(TestOverlay.refusal(relay("b").address(), pump, "pump")).isEqualTo(ErrorCode.REVOKED);
        assertThat(isLetIn("b", "press")).isTrue();

        relay("a").relay().administration().orElseThrow().unrevoke("pump");
        Await.until("it may come in again", () -> isLetIn("b", "pump"));
        view("b").heal();
        joined("b", "pump", pump);
    }

    @Test
    void aRelayThatLiesShutsADeviceOutOnlyForAsLongAsItsWordCounts() throws Exception {
        OverlayAuthority liar = OverlayAuthority.open(copied("0"), Duration.ofDays(1), InstantSource.system());
        PlainDevice link = hostile("a", liar.identity(), "");
        Identity pump = overlay.identity("pump", Instant.now());
        PlainDevice joined = joined("a", "pump", pump);
        link.send(new Revocation("pump", true));
        assertThat(end(joined)).isEqualTo(ErrorCode.REVOKED);
        // nobody takes it for a revocation
        assertThat(relay("a").relay().administration().orElseThrow().revoked()).isEmpty();
        assertThat(store.view().below("authority/revoked")).isEmpty();
        link.send(new Revocation("pump", false));
        Await.until("it may come in again", () -> isLetIn("a", "pump"));
        joined("a", "pump", pump);
    }

    @Test
    void aRelayCannotLetInWhomAnotherOneHasShutOut() throws Exception {
        OverlayAuthority liar = OverlayAuthority.open(copied("0"), Duration.ofDays(1), InstantSource.system());
        PlainDevice link = hostile("a", liar.identity(), "");
        relay("a").relay().administration().orElseThrow().revoke("pump", "stolen");
        link.send(new Revocation("pump", false));
        link.send(new Revocation("press", true));
        Await.until("both words were heard", () -> !isLetIn("a", "press"));
        assertThat(isLetIn("a", "pump")).isFalse();
    }
}
