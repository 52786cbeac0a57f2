package io.mnedc.device.control;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.Opaque;
import io.mnedc.device.common.Counters;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.security.Fingerprints;
import io.mnedc.transport.Scheduler;
import io.mnedc.work.LogLimiter;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps certificate and trust of a registered device up to date: takes what the relay tells, and asks for a certificate
 * that lasts longer once half of the present one's life is over. The streams go on meanwhile. On the control loop; what
 * may block is done on the identity thread.
 */
public final class CertificateRenewal {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateRenewal.class);

    /** How often is looked whether it is time. */
    private static final Duration CHECK = Duration.ofHours(1);

    /** Messages of a relay that wait to be looked at, at most; it has reason to send one or two. */
    static final int MOST_WAITING = 8;

    /** A relay that sends much, or what changes all the time, must not fill the log. */
    private static final Duration LINES_APART = Duration.ofSeconds(10);

    private final Scheduler loop;
    private final Executor thread;
    private final DeviceIdentity identities;
    private final Supplier<DeviceSettings> settings;
    private final Counters counters;
    private final Consumer<Identity> changed;
    private final LogLimiter flooded = new LogLimiter(LINES_APART);

    /** On the identity thread, as the next. */
    private final LogLimiter complaints = new LogLimiter(LINES_APART);

    private final LogLimiter news = new LogLimiter(LINES_APART);
    private int waiting;
    private @Nullable RelayAttempt current;
    private Scheduler.@Nullable Timer check;
    private boolean asked;

    /**
     * There is no session yet.
     *
     * @param counters what is counted
     * @param changed told on the loop of another identity
     */
    public CertificateRenewal(
            Scheduler loop,
            Executor thread,
            DeviceIdentity identities,
            Supplier<DeviceSettings> settings,
            Counters counters,
            Consumer<Identity> changed) {
        this.loop = loop;
        this.thread = thread;
        this.identities = identities;
        this.settings = settings;
        this.counters = counters;
        this.changed = changed;
    }

    /** The device has registered. */
    public void registered(RelayAttempt attempt) {
        current = attempt;
        asked = false;
        Identity identity = identities.current();
        if (attempt.certificate() != null && identity != null) {
            changed.accept(identity);
        }
    }

    /** The session is over. */
    public void ended() {
        current = null;
        Scheduler.Timer hourly = check;
        if (hourly != null) {
            hourly.cancel();
            check = null;
        }
    }

    /** The relay has told its time, and certificates if there are others. */
    public void received(RelayAttempt attempt, Credentials credentials) {
        if (!attempt.equals(current)) {
            return;
        }
        String deviceId = settings.get().deviceId();
        if (waiting == MOST_WAITING) {
            counters.credentialsDropped.increment();
            if (flooded.may(System.nanoTime())) {
                LOG.warn(
                        "device {} does not look at all the certificates that {} sends: more than {} wait{}",
                        deviceId,
                        attempt.relay(),
                        MOST_WAITING,
                        flooded.heldBack());
            }
            return;
        }
        waiting++;
        thread.execute(() -> {
            try {
                boolean other = update(deviceId, attempt, credentials);
                loop.execute(() -> updated(attempt, credentials, other));
            } finally {
                loop.execute(() -> waiting--);
            }
        });
    }

    private void updated(RelayAttempt attempt, Credentials credentials, boolean other) {
        if (!attempt.equals(current)) {
            return;
        }
        if (!credentials.chain().isEmpty()) {
            asked = false;
        }
        Identity identity = identities.current();
        if (other && identity != null) {
            changed.accept(identity);
        }
        checkNow();
    }

    private boolean update(String deviceId, RelayAttempt attempt, Credentials credentials) {
        try {
            identities.time(credentials.timeMillis(), attempt.certificate());
            if (!identities.update(credentials)) {
                return false;
            }
            Identity identity = identities.current();
            if (identity != null && news.may(System.nanoTime())) {
                LOG.info(
                        "device {} has {} from {}: certificate good until {}, trusted {}{}",
                        deviceId,
                        credentials.chain().isEmpty() ? "other trusted certificates" : "a new certificate",
                        attempt.relay(),
                        identity.chain().get(0).getNotAfter().toInstant(),
                        identity.trusted().stream()
                                .map(Fingerprints::of)
                                .sorted()
                                .toList(),
                        news.heldBack());
            }
            return true;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            if (complaints.may(System.nanoTime())) {
                LOG.warn(
                        "device {} does not take the certificates that {} has sent, those before go on: {}{}",
                        deviceId,
                        attempt.relay(),
                        PlainText.of(e),
                        complaints.heldBack());
            }
            return false;
        }
    }

    private void checkNow() {
        RelayAttempt attempt = current;
        if (attempt == null) {
            return;
        }
        String deviceId = settings.get().deviceId();
        thread.execute(() -> {
            Optional<Instant> due = identities.renewAt();
            Instant now = identities.floor().now();
            byte[] request = due.isPresent() && !now.isBefore(due.get()) ? request(deviceId) : null;
            loop.execute(() -> {
                if (attempt.equals(current)) {
                    checked(attempt, request);
                }
            });
        });
    }

    private byte @Nullable [] request(String deviceId) {
        try {
            return identities.renewal(deviceId);
        } catch (GeneralSecurityException e) {
            if (complaints.may(System.nanoTime())) {
                LOG.warn(
                        "device {} cannot ask for a new certificate: {}{}",
                        deviceId,
                        e.getMessage(),
                        complaints.heldBack());
            }
            return null;
        }
    }

    private void checked(RelayAttempt attempt, byte @Nullable [] request) {
        if (request != null && !asked) {
            // not again before the next check: the relay may have no key to sign with
            asked = true;
            attempt.tell(new Renew(Opaque.copyOf(request)));
        }
        if (check == null) {
            check = loop.repeat(CHECK, this::hourly);
        }
    }

    private void hourly() {
        asked = false;
        checkNow();
    }
}
