package io.mnedc.device;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.Opaque;
import io.mnedc.security.Fingerprints;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
final class Renewals {
    private static final Logger LOG = LoggerFactory.getLogger(Renewals.class);

    /** How often is looked whether it is time. */
    private static final Duration CHECK = Duration.ofHours(1);

    private final ScheduledExecutorService loop;
    private final IdentityThread thread;
    private final Identities identities;
    private final Supplier<DeviceSettings> settings;
    private final Consumer<Identity> changed;
    private @Nullable RelayAttempt current;
    private @Nullable Future<?> check;
    private boolean asked;

    /**
     * Makes it.
     *
     * @param changed told on the loop of another identity
     */
    Renewals(
            ScheduledExecutorService loop,
            IdentityThread thread,
            Identities identities,
            Supplier<DeviceSettings> settings,
            Consumer<Identity> changed) {
        this.loop = loop;
        this.thread = thread;
        this.identities = identities;
        this.settings = settings;
        this.changed = changed;
    }

    /** The device has registered. */
    void registered(RelayAttempt attempt) {
        current = attempt;
        asked = false;
        Identity identity = identities.current();
        if (attempt.certificate() != null && identity != null) {
            changed.accept(identity);
        }
    }

    /** The session is over. */
    void ended() {
        current = null;
        Future<?> waiting = check;
        if (waiting != null) {
            waiting.cancel(false);
            check = null;
        }
    }

    /** The relay has told its time, and certificates if there are others. */
    void received(RelayAttempt attempt, Credentials credentials) {
        if (!attempt.equals(current)) {
            return;
        }
        X509Certificate relay = attempt.certificate();
        String deviceId = settings.get().deviceId();
        work(() -> {
            identities.time(credentials.timeMillis(), relay);
            boolean other = update(deviceId, attempt.relay(), credentials);
            Identity identity = identities.current();
            loop.execute(() -> {
                if (!attempt.equals(current)) {
                    return;
                }
                if (!credentials.chain().isEmpty()) {
                    asked = false;
                }
                if (other && identity != null) {
                    changed.accept(identity);
                }
                checkNow();
            });
        });
    }

    private boolean update(String deviceId, RelayAddress relay, Credentials credentials) {
        try {
            if (!identities.update(credentials)) {
                return false;
            }
            Identity identity = identities.current();
            if (identity != null) {
                LOG.info(
                        "device {} has {} from {}: certificate good until {}, trusted {}",
                        deviceId,
                        credentials.chain().isEmpty() ? "other trusted certificates" : "a new certificate",
                        relay,
                        identity.chain().get(0).getNotAfter().toInstant(),
                        identity.trusted().stream()
                                .map(Fingerprints::of)
                                .sorted()
                                .toList());
            }
            return true;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            LOG.warn(
                    "device {} does not take the certificates that {} has sent, those before go on: {}",
                    deviceId,
                    relay,
                    RelayAttempt.describe(e));
            return false;
        }
    }

    private void checkNow() {
        RelayAttempt attempt = current;
        if (attempt == null) {
            return;
        }
        String deviceId = settings.get().deviceId();
        work(() -> {
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
            LOG.warn("device {} cannot ask for a new certificate: {}", deviceId, e.getMessage());
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
            check = loop.scheduleAtFixedRate(this::hourly, CHECK.toMillis(), CHECK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void hourly() {
        asked = false;
        checkNow();
    }

    private void work(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the device is ending", e);
        }
    }
}
