package io.mnedc.relay.trust;

import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.Opaque;
import io.mnedc.security.authority.OverlayAuthority;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has this relay's own certificate renewed by a relay that has the CA's key, if it has none itself. It is taken over while the relay
 * runs. All on the thread for files.
 */
final class OwnCertificate {
    private static final Logger LOG = LoggerFactory.getLogger(OwnCertificate.class);
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long NOBODY_NANOS = Duration.ofSeconds(5).toNanos();

    private final RelayIdentity identity;
    private final Supplier<Signing> signing;
    private final Executor files;
    private long next = System.nanoTime();

    /**
     * Nothing is asked yet.
     *
     * @param signing who is asked
     * @param files runs what reads or writes files
     */
    OwnCertificate(RelayIdentity identity, Supplier<Signing> signing, Executor files) {
        this.identity = identity;
        this.signing = signing;
        this.files = files;
    }

    /** Asks, if it is time. */
    void look() {
        Optional<OverlayAuthority> authority = identity.authority();
        if (authority.isEmpty() || System.nanoTime() - next < 0) {
            return;
        }
        try {
            Optional<byte[]> wanted = authority.get().wanted();
            if (wanted.isPresent()) {
                OverlayAuthority own = authority.get();
                boolean asked = signing.get()
                        .renewOwn(
                                Opaque.copyOf(wanted.get()),
                                Signing.Outcome.of(
                                        made -> files.execute(() -> take(own, made)),
                                        report -> files.execute(() -> refused(report))));
                // also the answer may be lost: for want of room in the queue of this thread
                next = System.nanoTime() + (asked ? PAUSE_NANOS : NOBODY_NANOS);
            }
        } catch (GeneralSecurityException e) {
            failed("this relay cannot ask for another certificate: " + PlainText.of(e));
        }
    }

    private void take(OverlayAuthority own, Credentials made) {
        try {
            own.take(made.chain().stream().map(Opaque::bytes).toList());
        } catch (GeneralSecurityException | IOException e) {
            failed("the certificate that another relay has made for this one is not taken: " + PlainText.of(e));
        }
    }

    private void refused(ErrorReport report) {
        failed("no other relay has made a certificate for this one: " + report.sentence());
    }

    /** At most one line a minute. */
    private void failed(String why) {
        next = System.nanoTime() + PAUSE_NANOS;
        LOG.warn("{}; it is tried again", why);
    }
}
