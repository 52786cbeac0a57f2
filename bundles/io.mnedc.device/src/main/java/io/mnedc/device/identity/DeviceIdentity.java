package io.mnedc.device.identity;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.Opaque;
import io.mnedc.device.settings.DeviceSecuritySettings;
import io.mnedc.device.settings.DeviceSecuritySettings.Own;
import io.mnedc.device.settings.DeviceSecuritySettings.Provided;
import io.mnedc.device.settings.DeviceSecuritySettings.Stores;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Credentials;
import io.mnedc.security.JoinToken;
import io.mnedc.security.TimeFloor;
import io.mnedc.security.device.DeviceIdentityStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this device's identity comes from, by its settings. Reads files and asks services, so it may block: everything
 * but {@link #current} and {@link #floor} is called by one thread, the identity thread.
 */
public final class DeviceIdentity {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceIdentity.class);

    /** A clock that is so far behind is worth a warning. */
    private static final Duration SLOW = Duration.ofHours(1);

    /** What there is. */
    public sealed interface Answer {}

    /**
     * This device can prove who it is.
     *
     * @param identity key, certificate and trust
     * @param relays where the relays were when it joined; empty if somebody else supplies the identity
     */
    public record Known(Identity identity, List<String> relays) implements Answer {}

    /**
     * This device has to join.
     *
     * @param token by which
     * @param request for a certificate, in DER; its key is stored
     * @param present what it has until then; null if nothing
     */
    public record MustJoin(
            JoinToken token, Opaque request, @Nullable Known present) implements Answer {}

    /**
     * This device cannot prove who it is.
     *
     * @param why a sentence with the cure
     * @param soon whether it may be different in a moment, and costs nothing to ask again: a disk without room
     */
    public record Missing(String why, boolean soon) implements Answer {}

    /** Where it is kept now. */
    private record Place(
            DeviceSecuritySettings settings,
            @Nullable DeviceIdentityStore store,
            @Nullable IdentityProvider files,
            TimeFloor floor) {}

    private final Function<String, Optional<IdentityProvider>> providers;
    private final InstantSource clock;
    private volatile @Nullable Place place;
    private boolean slow;
    private boolean said;
    private volatile @Nullable Identity current;
    private volatile TimeFloor floor;

    public DeviceIdentity(Function<String, Optional<IdentityProvider>> providers, InstantSource clock) {
        this.providers = providers;
        this.clock = clock;
        this.floor = TimeFloor.inMemory(clock);
    }

    /** {@return the identity as it was found last; null if there is none. Any thread} */
    @Nullable
    public Identity current() {
        return current;
    }

    /** {@return the effective time. Any thread} */
    public TimeFloor floor() {
        return floor;
    }

    /**
     * Finds out what there is.
     *
     * @param settings where to look
     * @param deviceId for a request
     * @param usable which tokens to join by, if they were not used yet
     */
    public Answer ask(DeviceSecuritySettings settings, String deviceId, Predicate<JoinToken> usable) {
        try {
            Place here = place(settings);
            DeviceIdentityStore store = here.store();
            if (store != null) {
                JoinToken token = token(store, settings.join(), usable);
                return own(store, token, deviceId);
            }
            Identity identity = provider(here).identity();
            current = identity;
            return new Known(identity, List.of());
        } catch (IOException | GeneralSecurityException | RuntimeException | LinkageError e) {
            // providers are other people's code, and their bundle may just be going
            current = null;
            // not for key stores: some lock themselves when they are asked too often
            boolean soon = e instanceof IOException && settings.source() instanceof Own;
            return new Missing("no identity: " + PlainText.of(e), soon);
        }
    }

    /** {@return whether a join token was just being put into the directory at the last look} */
    public boolean tokenHalfWritten() {
        DeviceIdentityStore store = store();
        return store != null && store.halfWritten();
    }

    /** The one in the directory first: it was put there by the person who has just started the device. */
    private @Nullable JoinToken token(DeviceIdentityStore store, @Nullable JoinToken set, Predicate<JoinToken> usable)
            throws IOException {
        Optional<JoinToken> waiting = store.waiting().filter(usable);
        if (waiting.isPresent()) {
            return waiting.get();
        }
        if (set == null || !usable.test(set)) {
            return null;
        }
        if (!store.redeemed(set)) {
            return set;
        }
        if (!said) {
            said = true;
            LOG.info("join.token has been used and is not needed any more: clear it, so that nobody finds it here");
        }
        return null;
    }

    private Answer own(DeviceIdentityStore store, @Nullable JoinToken token, String deviceId)
            throws IOException, GeneralSecurityException {
        Identity identity = store.stored().orElse(null);
        current = identity;
        Known known = identity == null ? null : new Known(identity, store.relays());
        if (token != null) {
            return new MustJoin(token, Opaque.copyOf(store.enrolmentRequest(deviceId, token)), known);
        }
        return known != null
                ? known
                : new Missing(
                        "this device has no identity yet; set join.token to what \"./mnedc relay token\" or"
                                + " \"mnedc:token\" prints at the relay",
                        false);
    }

    private IdentityProvider provider(Place here) throws GeneralSecurityException {
        IdentityProvider files = here.files();
        if (files != null) {
            return files;
        }
        if (here.settings().source() instanceof Provided provided) {
            return providers
                    .apply(provided.name())
                    .orElseThrow(() -> new GeneralSecurityException("identity.provider = \"" + provided.name()
                            + "\" is not there: no service IdentityProvider has the property " + IdentityProvider.NAME
                            + " with this value; start the bundle that offers it, or correct the setting"));
        }
        throw new IllegalStateException("no source of identities");
    }

    /** {@return whether the identity may be another one without this device doing something about it. Any thread} */
    public boolean foreign() {
        Place here = place;
        return here != null && here.store() == null;
    }

    /** Asks the provider again, if there is one: its key or trust may be another one now. */
    public void refresh() {
        Place here = place;
        if (here == null || here.store() != null) {
            return;
        }
        try {
            current = provider(here).identity();
        } catch (GeneralSecurityException | RuntimeException | LinkageError e) {
            // what was known goes on: connections that exist stay
            LOG.debug("the identity cannot be read again", e);
        }
    }

    private Place place(DeviceSecuritySettings settings) throws IOException, GeneralSecurityException {
        Place here = place;
        if (here != null && here.settings().sameIdentity(settings)) {
            return here;
        }
        place = null;
        Path directory = settings.directory();
        if (directory == null) {
            throw new IOException("no directory to keep it in; set data.dir");
        }
        Place there;
        if (settings.source() instanceof Own) {
            DeviceIdentityStore store = DeviceIdentityStore.open(directory, clock);
            there = new Place(settings, store, null, store.floor());
        } else {
            PrivateFiles.directory(directory);
            IdentityProvider files = settings.source() instanceof Stores stores ? stores.open() : null;
            there = new Place(settings, null, files, TimeFloor.open(directory.resolve("time-floor"), clock));
        }
        place = there;
        floor = there.floor();
        return there;
    }

    /**
     * Believes a relay's clock, for as long as its certificate is good: beyond that, a relay with a lost key could end
     * the certificates of others.
     *
     * @param millis what the relay says, since 1970-01-01T00:00Z
     * @param certificate the relay's, checked; nothing is believed without
     */
    public void time(long millis, @Nullable X509Certificate certificate) {
        if (certificate == null || millis < 0) {
            return;
        }
        Instant said = Instant.ofEpochMilli(millis);
        floor.told(
                said,
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
        Instant system = clock.instant();
        if (!slow && Duration.between(system, floor.now()).compareTo(SLOW) > 0) {
            slow = true;
            LOG.warn(
                    "The clock is slow: it says {}, the relay {}. Certificates are checked by the relay's time; set the"
                            + " clock if others depend on it",
                    system,
                    said);
        }
    }

    /**
     * Keeps what a relay has made for this device.
     *
     * @param message to be checked and stored
     * @param token by which it joined
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if it is not for this device's key, or not of the token's authority
     */
    public void joined(ControlMessage.Credentials message, JoinToken token)
            throws IOException, GeneralSecurityException {
        DeviceIdentityStore store = store();
        if (store == null) {
            throw new IOException("the settings have changed meanwhile");
        }
        store.enrolled(certificates(message), token);
        current = store.identity();
    }

    /**
     * Takes what a relay tells a registered device. An identity from elsewhere brings its own trust; then there is
     * nothing to take.
     *
     * @return whether the identity is another one now
     * @throws IOException if it cannot be stored
     * @throws GeneralSecurityException if it is not for this device, or nobody would be trusted any more
     */
    public boolean update(ControlMessage.Credentials message) throws IOException, GeneralSecurityException {
        DeviceIdentityStore store = store();
        if (store == null || !store.update(certificates(message))) {
            return false;
        }
        current = store.identity();
        return true;
    }

    private static Credentials certificates(ControlMessage.Credentials message) {
        return new Credentials(bytes(message.chain()), bytes(message.trusted()));
    }

    private static List<byte[]> bytes(List<Opaque> values) {
        return values.stream().map(Opaque::bytes).toList();
    }

    /** {@return when the certificate is to be renewed; empty if that is others' affair} */
    public Optional<Instant> renewAt() {
        DeviceIdentityStore store = store();
        return store == null ? Optional.empty() : store.renewAt();
    }

    /**
     * Asks for a certificate that lasts longer.
     *
     * @return a request by the present key, in DER
     * @throws GeneralSecurityException if there is none
     */
    public byte[] renewal(String deviceId) throws GeneralSecurityException {
        DeviceIdentityStore store = store();
        if (store == null) {
            throw new GeneralSecurityException("this identity is not renewed by the relay");
        }
        return store.renewalRequest(deviceId);
    }

    private @Nullable DeviceIdentityStore store() {
        Place here = place;
        return here == null ? null : here.store();
    }
}
