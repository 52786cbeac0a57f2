package io.mnedc.device.info;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.InfoDocument;
import io.mnedc.codec.Listening;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.security.DocumentSignatures;
import io.mnedc.security.Pem;
import io.mnedc.transport.BackOff;
import io.mnedc.transport.Scheduler;
import io.mnedc.work.LogLimiter;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this device tells about itself, signed by its key. Several changes in quick succession make one document. On the control
 * loop, but for {@link #publish}, and signing itself.
 */
public final class OwnInfo {
    private static final Logger LOG = LoggerFactory.getLogger(OwnInfo.class);
    /** A relay passes on two in a second. */
    private static final Duration APART = Duration.ofMillis(500);

    private static final Duration COMPLAINTS_APART = Duration.ofMinutes(10);

    /** After a key has failed. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    private static final Duration LONGEST_AGAIN = Duration.ofMinutes(10);

    /**
     * What the relay is told, and by which certificate it is signed.
     *
     * @param failed whether there is a key that could not sign it
     */
    private record Ready(Publish publication, @Nullable X509Certificate by, boolean failed) {
        Ready(Publish publication, @Nullable X509Certificate by) {
            this(publication, by, false);
        }
    }

    private final Scheduler loop;
    private final Executor thread;
    private final DeviceIdentity identities;
    private final Supplier<DeviceSettings> settings;
    private final Consumer<Publish> sender;
    private final IssueNumbers issues;
    private final LogLimiter complaints = new LogLimiter(COMPLAINTS_APART);
    private volatile OrchestrationInfo wanted = OrchestrationInfo.NONE;
    private Ready ready = new Ready(new Publish(NodeInfo.NONE), null);
    private Listening listening = Listening.NONE;
    private long last = System.nanoTime() - APART.toNanos();
    private boolean due;
    /** Whether what is due is more than {@link #listening}, and has to be signed. */
    private boolean different;

    private final BackOff again = new BackOff(AGAIN, LONGEST_AGAIN, new SplittableRandom());
    private boolean waitsForKey;

    /**
     * Nothing is told yet.
     *
     * @param thread signs
     * @param sender takes what the relay is to be told, if this device is registered
     */
    public OwnInfo(
            Scheduler loop,
            Executor thread,
            DeviceIdentity identities,
            Supplier<DeviceSettings> settings,
            InstantSource clock,
            Consumer<Publish> sender) {
        this.loop = loop;
        this.thread = thread;
        this.identities = identities;
        this.settings = settings;
        this.sender = sender;
        this.issues = new IssueNumbers(clock);
    }

    /** Tells this from now on. Any thread. */
    void publish(OrchestrationInfo info) {
        wanted = info;
        loop.execute(this::change);
    }

    /** Tells from now on that this device listens to this. It is not signed. */
    public void listening(Listening now) {
        listening = now;
        soon();
    }

    /** What the relay is told. */
    private Publish told() {
        return new Publish(ready.publication().info(), ready.publication().document(), listening);
    }

    /** The identity may be another one: it signs from now on. */
    public void identified(Identity now) {
        if (!now.chain().get(0).equals(ready.by)) {
            change();
        }
    }

    /** The settings have changed: with or without security, another ID or directory. */
    public void settingsChanged() {
        // a hello until then must not say by an old key what a new one vouches for
        ready = new Ready(new Publish(ready.publication().info()), null);
        change();
    }

    private void change() {
        different = true;
        soon();
    }

    private void soon() {
        if (due) {
            return;
        }
        due = true;
        long wait = last + APART.toNanos() - System.nanoTime();
        if (wait > 0) {
            loop.schedule(Duration.ofNanos(wait), this::begin);
        } else {
            begin();
        }
    }

    private void begin() {
        due = false;
        last = System.nanoTime();
        if (!different) {
            sender.accept(told());
            return;
        }
        different = false;
        NodeInfo whole = InfoRecords.whole(wanted);
        DeviceSettings now = settings.get();
        if (now.security().tls()) {
            thread.execute(() -> {
                Ready signed = signed(whole, now);
                loop.execute(() -> done(signed));
            });
        } else {
            done(new Ready(new Publish(InfoRecords.unsigned(whole)), null));
        }
    }

    private void done(Ready next) {
        if (next.failed()) {
            tryAgain();
            if (ready.publication().document() != null) {
                // peers believe nothing that is not signed any more, so they keep what was
                return;
            }
        } else {
            again.reset();
        }
        ready = next;
        sender.accept(told());
    }

    private void tryAgain() {
        if (!waitsForKey) {
            waitsForKey = true;
            loop.schedule(again.next(), () -> {
                waitsForKey = false;
                change();
            });
        }
    }

    /** On the thread that may block. */
    private Ready signed(NodeInfo whole, DeviceSettings now) {
        NodeInfo basics = InfoRecords.basics(whole);
        Identity identity = identities.current();
        if (identity == null) {
            // comes back with the identity
            return new Ready(new Publish(basics), null);
        }
        try {
            long issue = issues.next(now.security().directory());
            SignedInfo document = sign(new InfoDocument(now.deviceId(), issue, whole).encode(), identity);
            return new Ready(new Publish(basics, document), identity.chain().get(0));
        } catch (GeneralSecurityException | RuntimeException e) {
            // a key in hardware is other people's code
            if (complaints.may(System.nanoTime())) {
                LOG.warn(
                        "device {} cannot sign what it tells its peers: {}. They keep what they were told before, or see it as"
                                + " unverified; it is tried again{}",
                        now.deviceId(),
                        PlainText.of(e),
                        complaints.heldBack());
            }
            return new Ready(new Publish(basics), identity.chain().get(0), true);
        }
    }

    private static SignedInfo sign(Opaque body, Identity identity) throws GeneralSecurityException {
        X509Certificate own = identity.chain().get(0);
        byte[] signature = DocumentSignatures.sign(identity.key(), own.getPublicKey(), body.bytes());
        List<X509Certificate> shown = new ArrayList<>();
        for (X509Certificate each : identity.chain()) {
            // receivers have those that they trust
            if (!identity.trusted().contains(each)) {
                shown.add(each);
            }
        }
        List<Opaque> chain = Pem.encode(shown).stream().map(Opaque::copyOf).toList();
        boolean fits = chain.size() <= Protocol.MAX_CHAIN
                && chain.stream().allMatch(each -> each.size() <= Protocol.MAX_CERTIFICATE);
        if (!fits) {
            throw new GeneralSecurityException("its certificates are more than " + Protocol.MAX_CHAIN
                    + ", or one has over " + Protocol.MAX_CERTIFICATE + " bytes");
        }
        return new SignedInfo(body, DocumentSignatures.scheme(own.getPublicKey()), Opaque.copyOf(signature), chain);
    }

    /**
     * {@return a hello with as much of it as fits in a first message}
     *
     * @param bare without any of it
     */
    public Hello in(Hello bare) {
        Publish now = told();
        Hello whole = bare.telling(now);
        return fits(whole) ? whole : bare.telling(new Publish(InfoRecords.basics(now.info()), null, listening));
    }

    private static boolean fits(Hello hello) {
        return ControlCodec.encode(hello).remaining() - ControlCodec.LENGTH_FIELD <= Protocol.MAX_HANDSHAKE_MESSAGE;
    }

    /** The relay has welcomed this device: it is told what the hello has not told. */
    public void registered(Hello said) {
        Publish now = told();
        if (!now.equals(said.told())) {
            sender.accept(now);
        }
    }
}
