package io.mnedc.security.authority;

import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.text.DeviceIds;
import io.mnedc.api.text.PlainText;
import io.mnedc.security.JoinToken;
import io.mnedc.security.Names;
import io.mnedc.security.RefusedException;
import io.mnedc.security.RefusedException.Reason;
import io.mnedc.security.authority.Records.Draft;
import io.mnedc.security.authority.Records.Kind;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The join tokens of an overlay: a record for each, with the SHA-256 of its secret. (The secret is 32 random bytes: there is
 * nothing to guess, and a slow hash would only help those who send wrong ones.) Safe across threads and processes.
 */
public final class JoinTokens {
    private static final Logger LOG = LoggerFactory.getLogger(JoinTokens.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration LONGEST = Duration.ofDays(3650);
    private static final int MOST_USES = 1_000_000;
    /** So long one that is over is remembered, to say so rather than "unknown". */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private static final Pattern NAME = Pattern.compile("[0-9a-f]{16}");
    /** In case the stamp does not tell. */
    private static final Duration REREAD = Duration.ofMinutes(1);

    /**
     * What a token allows one device.
     *
     * @param deviceId who it may be
     * @param fixed whether the token is for that ID only, which may be enrolled already
     * @param groups what it belongs to
     * @param again whether this key has redeemed the token before
     */
    record Grant(String deviceId, boolean fixed, Set<String> groups, boolean again) {}

    /** What the records said when they were last changed. */
    private record Named(Set<String> addresses, long changed, Instant read) {}

    private final Records records;
    private final InstantSource clock;
    private volatile @Nullable Named named;
    private final Supplier<String> fingerprint;

    JoinTokens(Records records, InstantSource clock, Supplier<String> fingerprint) {
        this.records = records;
        this.clock = clock;
        this.fingerprint = fingerprint;
    }

    /**
     * Names a token for people.
     *
     * @param id as in {@link JoinToken#id}
     * @return 16 hexadecimal digits
     */
    public static String name(long id) {
        return HexFormat.of().toHexDigits(id);
    }

    /**
     * Makes a token for the CA in use.
     *
     * @param request what it is good for
     * @param addresses of the relay, for a request without
     * @return the token; kept nowhere else
     * @throws IOException if it cannot be stored
     * @throws IllegalArgumentException if the request is out of its ranges
     * @throws IllegalStateException if there is no CA key
     */
    public JoinToken issue(TokenRequest request, List<String> addresses) throws IOException {
        if (request.uses() < 1 || request.uses() > MOST_USES) {
            throw new IllegalArgumentException(request.uses() + " uses: a token has 1 to " + MOST_USES);
        }
        Duration life = request.lifetime();
        if (life.compareTo(Duration.ofSeconds(1)) < 0 || life.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "lifetime " + life + ": a token lives 1 second to " + LONGEST.toDays() + " days");
        }
        request.deviceId().ifPresent(Names::deviceId);
        if (request.relay()
                && (request.deviceId().isPresent() || !request.groups().isEmpty())) {
            throw new IllegalArgumentException(
                    "a join token for relays has no device ID and no groups: leave them out, or make one for devices");
        }
        byte[] secret = new byte[JoinToken.SECRET_BYTES];
        RANDOM.nextBytes(secret);
        List<String> relays = request.addresses().isEmpty() ? addresses : request.addresses();
        JoinToken token = new JoinToken(relays, fingerprint.get(), RANDOM.nextLong(), secret);
        Instant expires = clock.instant().plus(life);
        removeOld();
        int most = records.most(Kind.TOKENS);
        if (records.names(Kind.TOKENS).size() >= most) {
            throw new IllegalStateException("there are " + most
                    + " join tokens, more are not allowed: make one for several devices, or wait; tokens go 30 days"
                    + " after they have expired");
        }
        Properties fields = JoinTokenFile.create(secret, expires, request, token.addresses());
        records.change(draft -> {
            draft.put(Kind.TOKENS, name(token.id()), fields);
            return token;
        });
        return token;
    }

    /** Checks the secret, without a lock: it never changes. */
    void prove(long id, byte[] secret) throws RefusedException, IOException {
        proven(records.find(Kind.TOKENS, name(id)), secret);
    }

    /**
     * What the token allows this device and key now.
     *
     * @param shutOut which devices are shut out: a token that one of them has used may be in a thief's hands
     */
    Grant grant(Draft draft, long id, byte[] secret, String deviceId, String key, Predicate<String> shutOut)
            throws RefusedException, IOException {
        JoinTokenFile token = good(draft, id, secret);
        if (token.forRelays()) {
            throw new RefusedException(
                    Reason.JOIN_REFUSED,
                    "the join token is for a relay, not for a device: give it to a relay (./mnedc relay join TOKEN), and"
                            + " make one without --relay for the device");
        }
        String fixed = token.device();
        String wanted = deviceId.isEmpty() ? fixed : deviceId;
        if (wanted.isEmpty() || !(fixed.isEmpty() || fixed.equals(wanted))) {
            throw new RefusedException(
                    Reason.ID_MISMATCH,
                    wanted.isEmpty()
                            ? "neither the device nor its join token names a device ID: set one"
                            : "the join token is for device ID " + fixed + ", not " + Names.shown(wanted)
                                    + ": set that ID, or make a token without --id or with the other one");
        }
        if (!DeviceIds.isValid(wanted)) {
            throw new RefusedException(Reason.ID_MISMATCH, "'" + Names.shown(wanted) + "' is no device ID");
        }
        List<JoinTokenFile.Redeemer> redeemers = token.redeemers();
        for (JoinTokenFile.Redeemer each : redeemers) {
            if (!each.deviceId().equals(wanted) && shutOut.test(each.deviceId())) {
                throw new RefusedException(
                        Reason.JOIN_USED,
                        "the join token has been used by device " + each.deviceId()
                                + ", which is shut out: make a new one");
            }
        }
        boolean again = redeemers.contains(new JoinTokenFile.Redeemer(key, wanted));
        checkUses(token, again);
        return new Grant(wanted, !fixed.isEmpty(), token.groups(), again);
    }

    /**
     * Lets a relay join that has this key: counts a use, but not twice for one key.
     *
     * @param member whether that key has its place among the relays; one that was taken out again needs another use
     */
    void takeForRelay(Draft draft, long id, byte[] secret, String key, boolean member)
            throws RefusedException, IOException {
        JoinTokenFile token = good(draft, id, secret);
        if (!token.forRelays()) {
            throw new RefusedException(
                    Reason.JOIN_REFUSED,
                    "the join token is for devices, not for a relay: make one for the relay (./mnedc relay token --relay)");
        }
        JoinTokenFile.Redeemer relay = new JoinTokenFile.Redeemer(key, "");
        boolean again = member && token.redeemers().contains(relay);
        checkUses(token, again);
        if (!again) {
            draft.put(Kind.TOKENS, name(id), token.redeemed(relay));
        }
    }

    /** One that is neither cancelled nor too old. */
    private JoinTokenFile good(Draft draft, long id, byte[] secret) throws RefusedException, IOException {
        JoinTokenFile token = proven(draft.find(Kind.TOKENS, name(id)), secret);
        if (token.isCancelled()) {
            throw new RefusedException(Reason.JOIN_USED, "the join token has been cancelled: make a new one");
        }
        Instant expires = token.expires();
        if (!clock.instant().isBefore(expires)) {
            throw new RefusedException(
                    Reason.JOIN_EXPIRED, "the join token expired at " + expires + ": make a new one");
        }
        return token;
    }

    private static void checkUses(JoinTokenFile token, boolean again) throws RefusedException, IOException {
        if (!again && token.uses() < 1) {
            throw new RefusedException(
                    Reason.JOIN_USED, "the join token has been used as often as it may be: make a new one");
        }
    }

    /** Counts a use, in the draft of {@link #grant}. */
    void take(Draft draft, long id, Grant grant, String key) throws IOException, RefusedException {
        if (!grant.again()) {
            String name = name(id);
            JoinTokenFile token = JoinTokenFile.of(draft.find(Kind.TOKENS, name).orElseThrow(JoinTokens::refused));
            draft.put(Kind.TOKENS, name, token.redeemed(new JoinTokenFile.Redeemer(key, grant.deviceId())));
        }
    }

    private static JoinTokenFile proven(Optional<Records.Stored> stored, byte[] secret)
            throws RefusedException, IOException {
        JoinTokenFile token = JoinTokenFile.of(stored.orElseThrow(JoinTokens::refused));
        if (!token.hasSecret(secret)) {
            throw refused();
        }
        return token;
    }

    /** The same for an unknown token and a wrong secret. */
    private static RefusedException refused() {
        return new RefusedException(
                Reason.JOIN_REFUSED, "the relay does not know this join token: make a new one at this relay");
    }

    /**
     * {@return the tokens that can be used still, those that expire first first; those that cannot be read are left out
     *     and logged}
     */
    public List<OpenToken> open() {
        List<OpenToken> open = new ArrayList<>();
        for (String name : listed()) {
            try {
                Optional<Records.Stored> stored = records.find(Kind.TOKENS, name);
                if (stored.isPresent()) {
                    JoinTokenFile token = JoinTokenFile.of(stored.get());
                    if (token.isUsable(clock.instant())) {
                        open.add(token.shown(name));
                    }
                }
            } catch (IOException e) {
                LOG.warn("A join token is left out: {}", PlainText.of(e));
            }
        }
        open.sort(Comparator.comparing(OpenToken::expires).thenComparing(OpenToken::id));
        return open;
    }

    /** {@return the names of all tokens, also of those that cannot be used any more; empty if they cannot be listed now} */
    public Optional<Set<String>> names() {
        try {
            Set<String> names = new TreeSet<>(records.names(Kind.TOKENS));
            names.removeIf(name -> !isName(name));
            return Optional.of(names);
        } catch (IOException e) {
            LOG.debug("the join tokens cannot be listed", e);
            return Optional.empty();
        }
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    private Set<String> listed() {
        Optional<Set<String>> names = names();
        if (names.isEmpty()) {
            LOG.warn("The join tokens cannot be listed");
        }
        return names.orElse(Set.of());
    }

    /**
     * Finds a token, also one that cannot be used any more.
     *
     * @param name as {@link #names} has it
     * @return what its record says; empty if that cannot be read
     */
    public Optional<OpenToken> find(String name) {
        try {
            Optional<Records.Stored> stored = records.find(Kind.TOKENS, name);
            return stored.isEmpty()
                    ? Optional.empty()
                    : Optional.of(JoinTokenFile.of(stored.get()).shown(name));
        } catch (IOException e) {
            LOG.debug("join token {} cannot be read", name, e);
            return Optional.empty();
        }
    }

    /**
     * {@return where the tokens say that the relay is, {@code HOST:PORT}: also those that have been used or have expired,
     *     for devices go on dialling there}
     */
    public Set<String> addresses() {
        Instant now = clock.instant();
        Named before = named;
        long changed = records.stamp(Kind.TOKENS);
        if (before != null
                && before.changed() == changed
                && before.read().plus(REREAD).isAfter(now)
                && !before.read().isAfter(now)) {
            return before.addresses();
        }
        Set<String> addresses = new TreeSet<>();
        for (String name : listed()) {
            try {
                Optional<Records.Stored> stored = records.find(Kind.TOKENS, name);
                if (stored.isPresent()) {
                    addresses.addAll(JoinTokenFile.of(stored.get()).addresses());
                }
            } catch (IOException e) {
                LOG.debug("join token {} is left out", name, e);
            }
        }
        named = new Named(addresses, changed, now);
        return addresses;
    }

    /**
     * Ends a token: nobody can use it any more, not even who has used it.
     *
     * @param text as {@link OpenToken#id} has it, or as the shell shows it, with {@code token:} before
     * @return whether it could be used until now
     * @throws IOException if that cannot be stored
     * @throws IllegalArgumentException if it names none
     */
    public boolean cancel(String text) throws IOException {
        String name = text.strip().replaceFirst("^token:", "");
        return cancelNamed(name, token -> true)
                .orElseThrow(() -> new IllegalArgumentException(
                        "'" + Names.shown(name) + "' names no join token here: it has 16 hexadecimal digits"));
    }

    private interface Which {
        boolean test(JoinTokenFile token) throws IOException;
    }

    /** {@return whether it could be used until now; empty if there is none of that kind} */
    private Optional<Boolean> cancelNamed(String name, Which which) throws IOException {
        if (!isName(name)) {
            return Optional.empty();
        }
        return records.change(draft -> {
            Optional<Records.Stored> stored = draft.find(Kind.TOKENS, name);
            JoinTokenFile token = stored.isEmpty() ? null : JoinTokenFile.of(stored.get());
            if (token == null || !which.test(token)) {
                return Optional.<Boolean>empty();
            }
            boolean was = token.isUsable(clock.instant());
            if (!token.isCancelled()) {
                draft.put(Kind.TOKENS, name, token.cancelled(clock.instant()));
            }
            return Optional.of(was);
        });
    }

    /**
     * Ends all tokens that a device has used and that can be used still.
     *
     * @param deviceId who
     * @param known names of tokens that it is known to have used; a token itself knows only the latest who have
     * @return those that were ended
     * @throws IOException if that cannot be stored
     */
    List<OpenToken> cancelUsedBy(String deviceId, Collection<String> known) throws IOException {
        List<OpenToken> ended = new ArrayList<>();
        for (OpenToken token : open()) {
            Optional<Boolean> was = cancelNamed(
                    token.id(),
                    found -> found.isUsable(clock.instant())
                            && (known.contains(token.id())
                                    || found.redeemers().stream()
                                            .anyMatch(each -> each.deviceId().equals(deviceId))));
            if (was.isPresent()) {
                ended.add(token);
            }
        }
        return ended;
    }

    private void removeOld() {
        Instant old = clock.instant().minus(REMEMBERED);
        for (String name : listed()) {
            try {
                if (lastUse(name).isBefore(old)) {
                    records.change(draft -> {
                        draft.remove(Kind.TOKENS, name);
                        return name;
                    });
                }
            } catch (IOException e) {
                LOG.warn("The join token {} is old and cannot be removed: {}", name, PlainText.of(e));
            }
        }
    }

    /** When the token has expired; of a damaged one, when it was written: a device that redeems it hears what is wrong. */
    private Instant lastUse(String name) throws IOException {
        try {
            Optional<Records.Stored> stored = records.find(Kind.TOKENS, name);
            return stored.isEmpty()
                    ? Instant.MAX
                    : JoinTokenFile.of(stored.get()).expires();
        } catch (IOException e) {
            LOG.debug("join token {} is kept until it is old", name, e);
            return records.written(Kind.TOKENS, name);
        }
    }
}
