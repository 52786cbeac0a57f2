package io.mnedc.device.control;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.device.dial.Dialer;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.identity.DeviceIdentity.Known;
import io.mnedc.device.identity.DeviceIdentity.Missing;
import io.mnedc.device.identity.DeviceIdentity.MustJoin;
import io.mnedc.device.settings.DeviceSecuritySettings;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.TimeFloor;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlTls;
import io.mnedc.transport.Scheduler;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets a device ready to speak to relays: finds its identity, joins if it has none or has got a new token. On the
 * control loop; what may block is done on the identity thread.
 */
public final class Onboarding {
    private static final Logger LOG = LoggerFactory.getLogger(Onboarding.class);
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);

    /** How long a key store may take before somebody is told. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** After this time a join token in the directory is whole, or damaged. */
    private static final Duration WRITTEN = Duration.ofSeconds(3);

    /** How long to wait before trying again. */
    enum Pause {
        /** A few seconds. */
        SHORT,
        /** As after any attempt that failed. */
        USUAL,
        /** The longest of the usual ones. */
        LONG,
        /** {@link RefusalResponse#SELDOM}. */
        SELDOM
    }

    /** Told once per {@link #prepare}, unless that is cancelled. */
    interface Events {
        /**
         * The device may go on.
         *
         * @param relays to be tried in turn
         * @param tls how a stream to one of them is secured; null without TLS
         */
        void admitted(List<RelayAddress> relays, Function<RelayAddress, @Nullable ControlTls> tls);

        /** The device has nothing to show. */
        void denied(String why, boolean lasting, Pause pause);
    }

    private final ControlLoop loop;
    private final Executor thread;
    private final DeviceIdentity identities;
    private final Dialer dialer;
    private final Supplier<DeviceSettings> settings;
    private final Supplier<@Nullable Provider> providers;
    private final String software;
    private final Runnable joined;
    private final Runnable found;
    private @Nullable Enrolment enrolment;
    private @Nullable JoinToken refused;
    private boolean looking;
    private int turn;

    /**
     * Nothing is looked at yet.
     *
     * @param loop the control loop
     * @param thread the identity thread
     * @param settings those in force
     * @param providers who makes TLS beside the Java runtime
     * @param software what this device says it runs
     * @param joined run on the loop when this device has joined
     * @param found run on the loop when a join token turns up in the directory
     */
    public Onboarding(
            ControlLoop loop,
            Executor thread,
            DeviceIdentity identities,
            Dialer dialer,
            Supplier<DeviceSettings> settings,
            Supplier<@Nullable Provider> providers,
            String software,
            Runnable joined,
            Runnable found) {
        this.loop = loop;
        this.thread = thread;
        this.identities = identities;
        this.dialer = dialer;
        this.settings = settings;
        this.providers = providers;
        this.software = software;
        this.joined = joined;
        this.found = found;
    }

    /** Ends what {@link #prepare} has begun; nothing is told any more. */
    void cancel() {
        turn++;
        Enrolment now = enrolment;
        enrolment = null;
        if (now != null) {
            now.cancel();
        }
    }

    /** Begins; what was begun before is cancelled. */
    void prepare(Events events) {
        cancel();
        DeviceSettings now = settings.get();
        DeviceSecuritySettings security = now.security();
        if (!security.tls()) {
            events.admitted(now.relays(), relay -> null);
            return;
        }
        int mine = turn;
        JoinToken useless = refused;
        Scheduler.Timer patience = loop.schedule(PATIENCE, () -> silent(mine, events));
        thread.execute(() -> {
            DeviceIdentity.Answer answer =
                    identities.ask(security, now.deviceId(), token -> !Objects.equals(token, useless));
            boolean unclear = identities.tokenHalfWritten();
            loop.execute(() -> {
                patience.cancel();
                if (unclear) {
                    lookLater();
                }
                if (mine == turn) {
                    answered(answer, now, events);
                }
            });
        });
    }

    /** A damaged token must not lie there until the next start: parts of it may be a secret. */
    private void lookLater() {
        if (!looking) {
            looking = true;
            loop.schedule(WRITTEN, this::look);
        }
    }

    private void look() {
        looking = false;
        DeviceSecuritySettings security = settings.get().security();
        if (!security.tls()) {
            return;
        }
        String deviceId = settings.get().deviceId();
        JoinToken useless = refused;
        thread.execute(() -> {
            boolean join =
                    identities.ask(security, deviceId, token -> !Objects.equals(token, useless)) instanceof MustJoin;
            boolean unclear = identities.tokenHalfWritten();
            loop.execute(() -> {
                if (unclear) {
                    lookLater();
                } else if (join && enrolment == null) {
                    found.run();
                }
            });
        });
    }

    private void silent(int asked, Events events) {
        if (asked == turn) {
            events.denied(
                    "no identity: where it is kept has not answered for " + PATIENCE.toSeconds()
                            + " s; is the gateway's key store or token in order?",
                    false,
                    Pause.LONG);
        }
    }

    private void answered(DeviceIdentity.Answer answer, DeviceSettings now, Events events) {
        if (answer instanceof Known known) {
            admit(known, now, events);
        } else if (answer instanceof MustJoin must) {
            join(must, now, events);
        } else if (answer instanceof Missing missing) {
            events.denied(missing.why(), true, missing.soon() ? Pause.SHORT : Pause.LONG);
        }
    }

    private void admit(Known known, DeviceSettings now, Events events) {
        List<RelayAddress> relays = now.relays().isEmpty() ? parse(known.relays()) : now.relays();
        if (relays.isEmpty()) {
            events.denied(
                    "relays is empty and this device has not joined by a token; set relays to one or more HOST[:PORT]",
                    true,
                    Pause.LONG);
            return;
        }
        Identity identity = known.identity();
        events.admitted(
                relays,
                relay -> tls(OverlayTls.CONTROL, identity, trust(identity.trusted(), relay, identities.floor())));
    }

    /**
     * A name that SRV records give is the DNS's word only: as RFC 9525 has it, the certificate must be for the domain that is
     * configured.
     */
    private static X509ExtendedTrustManager trust(Set<X509Certificate> trusted, RelayAddress relay, TimeFloor floor) {
        return switch (relay.source()) {
            case HOST, SRV -> OverlayTrust.relayTrust(trusted, relay.host(), floor);
            case LAN, TOLD -> OverlayTrust.foundRelayTrust(trusted, floor);
        };
    }

    private static List<RelayAddress> parse(List<String> texts) {
        List<RelayAddress> relays = new ArrayList<>();
        for (String text : texts) {
            try {
                relays.add(RelayAddress.host(text));
            } catch (IllegalArgumentException e) {
                LOG.warn("The address of a relay is left out: {}", PlainText.of(e));
            }
        }
        return relays;
    }

    private ControlTls tls(String protocol, @Nullable Identity identity, X509ExtendedTrustManager trust) {
        Supplier<SSLEngine> engines = () -> {
            try {
                Provider provider = settings.get().security().tls(providers.get());
                return OverlayTls.client(OverlayTls.context(provider, identity, trust), protocol);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("no TLS: " + e.getMessage(), e);
            }
        };
        return new ControlTls(engines, Set.of(protocol), thread, HANDSHAKE);
    }

    private void join(MustJoin must, DeviceSettings now, Events events) {
        JoinToken token = must.token();
        // relays that are configured are meant; the pinned authority makes sure that they are the token's
        Set<RelayAddress> relays = new LinkedHashSet<>(now.relays());
        relays.addAll(parse(token.addresses()));
        Enrol request = new Enrol(now.deviceId(), token.id(), Opaque.copyOf(token.secret()), must.request(), software);
        LOG.info("device {} joins by {}", now.deviceId(), token);
        ControlTls tls = tls(OverlayTls.ENROL, null, OverlayTrust.pinned(token.fingerprint(), identities.floor()));
        Enrolment begun =
                new Enrolment(loop, dialer, tls, request, List.copyOf(relays), new Joining(must, now, events));
        enrolment = begun;
        begun.start();
    }

    private final class Joining implements Enrolment.Events {
        private final MustJoin must;
        private final DeviceSettings asked;
        private final Events events;

        Joining(MustJoin must, DeviceSettings asked, Events events) {
            this.must = must;
            this.asked = asked;
            this.events = events;
        }

        @Override
        public void granted(RelayAddress relay, Credentials credentials, @Nullable X509Certificate certificate) {
            enrolment = null;
            int mine = turn;
            thread.execute(() -> {
                String problem = keep(credentials, certificate);
                loop.execute(() -> {
                    if (mine == turn) {
                        kept(relay, problem);
                    }
                });
            });
        }

        private @Nullable String keep(Credentials credentials, @Nullable X509Certificate certificate) {
            try {
                identities.time(credentials.timeMillis(), certificate);
                identities.joined(credentials, must.token());
                return null;
            } catch (IOException | GeneralSecurityException | RuntimeException e) {
                return PlainText.of(e);
            }
        }

        private void kept(RelayAddress relay, @Nullable String problem) {
            if (problem != null) {
                events.denied(relay + " has answered the join token, but: " + problem, true, Pause.LONG);
                return;
            }
            joined.run();
            LOG.info("device {} has joined by {}; the token is not needed any more", asked.deviceId(), relay);
            prepare(events);
        }

        @Override
        public void failed(String why, @Nullable ErrorCode code, boolean lasting) {
            enrolment = null;
            String problem = "cannot join: " + why + RefusalResponse.setting(code, true);
            Known present = must.present();
            if (present != null) {
                // a token that does not work must not put a device out that has joined before
                refused = lasting ? must.token() : refused;
                LOG.warn("device {} {}; it goes on with the identity that it has", asked.deviceId(), problem);
                admit(present, asked, events);
                return;
            }
            events.denied(problem, lasting, pause(code, lasting));
        }
    }

    private static Pause pause(@Nullable ErrorCode code, boolean lasting) {
        if (RefusalResponse.ofToken(code)) {
            return Pause.SELDOM;
        }
        if (lasting) {
            return Pause.LONG;
        }
        // a relay that cannot make certificates now says that it soon can
        return code == ErrorCode.ENROLMENT_UNAVAILABLE ? Pause.SHORT : Pause.USUAL;
    }

    /** Whether a token of the settings is worth another registration, told on the loop. */
    public void ifNew(JoinToken token, Runnable then) {
        DeviceSecuritySettings security = settings.get().security();
        String deviceId = settings.get().deviceId();
        refused = null;
        thread.execute(() -> {
            if (identities.ask(security, deviceId, usable -> true) instanceof MustJoin must
                    && must.token().equals(token)) {
                loop.execute(then);
            }
        });
    }
}
