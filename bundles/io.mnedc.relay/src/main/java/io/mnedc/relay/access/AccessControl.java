package io.mnedc.relay.access;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.mnedc.api.relay.RelayAdministration.Revocation;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.relay.audit.AuditState;
import io.mnedc.relay.events.Events;
import io.mnedc.security.AccessRules;
import io.mnedc.security.authority.RelayDirectory;
import io.mnedc.security.authority.Revocations;
import io.mnedc.security.authority.RulesFile;
import io.mnedc.security.authority.SharedRules;
import io.mnedc.security.shared.SharedFiles;
import io.mnedc.security.shared.SharedStore;
import io.mnedc.transport.Daemon;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps devices apart or out: puts access rules and revocations in force, also those that people write into the files of
 * the data directory while the relay runs, and knows who is quarantined. Thread-safe.
 */
public final class AccessControl implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessControl.class);
    private static final Access NOBODY = (device, groups, other, otherGroups) -> false;
    private static final int REVOKED_RETRY_MILLIS = 600_000;
    private static final long CLOSE_MILLIS = 3000;
    /** A change may mean a message to every device about every other one. */
    private static final long CHANGES_APART_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Members members;
    private final Events events;
    private final AuditState auditState;
    private final @Nullable Path directory;
    private final @Nullable Revocations revocations;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> Daemon.thread("mnedc-relay-access", task));
    private final Object reviewing = new Object();
    private final AtomicBoolean soon = new AtomicBoolean();
    private volatile Runnable others = () -> {};
    /** What several relays enforce; null: this one is alone. */
    @GuardedBy("this")
    private @Nullable SharedRules shared;
    /** From which the rules of several relays were read last. */
    @GuardedBy("this")
    private List<List<String>> sharedFrom = List.of();

    @GuardedBy("this")
    private @Nullable AccessRules sharedRules;

    /** Why those cannot be used here; empty: they can. */
    @GuardedBy("this")
    private String sharedProblem = "";

    @GuardedBy("this")
    private List<String> setting;

    @GuardedBy("this")
    private @Nullable RulesFile rules;
    /** The file may be half written, and nothing is known of what it was: nobody may talk. */
    @GuardedBy("this")
    private boolean incomplete;

    @GuardedBy("this")
    private String complaint = "";

    @GuardedBy("this")
    private AccessRules inForce = AccessRules.parse(List.of());

    @GuardedBy("this")
    private @Nullable AccessRules next;

    @GuardedBy("this")
    private long changed = System.nanoTime() - CHANGES_APART_NANOS;

    private AccessControl(Members members, Events events, DataDirectory data, List<String> setting) {
        this.members = members;
        this.events = events;
        this.auditState = data.auditState();
        this.setting = setting;
        this.directory = data.path();
        this.revocations = data.revocations();
    }

    /**
     * Puts rules and revocations in force, and looks after their files from now on.
     *
     * @param data where the file {@value RelayDirectory#RULES} may be, and who is shut out
     * @param setting rules of the configuration, checked
     */
    public static AccessControl start(Members members, Events events, DataDirectory data, List<String> setting) {
        AccessControl control = new AccessControl(members, events, data, setting);
        control.begin();
        return control;
    }

    private synchronized void begin() {
        if (directory == null) {
            putInForce(AccessRules.parse(setting));
        } else {
            openRules(directory);
        }
        if (directory != null || revocations != null) {
            thread.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
        }
    }

    @GuardedBy("this")
    private void openRules(Path where) {
        try {
            RulesFile opened = RulesFile.open(
                    where.resolve(RelayDirectory.RULES), setting, auditState.any(AuditState.RULES_DEFAULT));
            rules = opened;
            incomplete = !opened.complete() && !isShared();
            complaint = "";
            if (incomplete) {
                members.access(NOBODY);
                LOG.info("no device may talk to another until {} is complete", where.resolve(RelayDirectory.RULES));
            } else {
                putInForce(wanted(opened));
            }
        } catch (IOException | IllegalArgumentException e) {
            // what it forbids is not known: nothing may be allowed
            members.access(NOBODY);
            String problem = PlainText.of(e);
            if (!problem.equals(complaint)) {
                LOG.error("until the rules can be read, no device may talk to another: {}", problem);
            }
            broken(problem);
        }
    }

    /**
     * Enforces what several relays share, as soon as they share it, and no longer what is in this relay's file.
     *
     * @return what keeps that file and the shared rules the same
     */
    public SharedFiles share(SharedStore store, Path where) {
        SharedRules with = new SharedRules(where, store, this::opened);
        synchronized (this) {
            shared = with;
        }
        with.watch(this::lookSoon);
        poll();
        return with.files(where);
    }

    private synchronized @Nullable RulesFile opened() {
        return rules;
    }

    @GuardedBy("this")
    private boolean isShared() {
        return shared != null && shared.lines().isPresent();
    }

    /** What is to be in force. */
    @GuardedBy("this")
    private AccessRules wanted(RulesFile opened) {
        Optional<List<String>> lines = shared == null ? Optional.empty() : shared.lines();
        if (lines.isEmpty()) {
            sharedProblem = "";
            return opened.rules();
        }
        List<List<String>> from = List.of(setting, lines.get());
        if (!from.equals(sharedFrom)) {
            sharedFrom = from;
            sharedProblem = "";
            try {
                sharedRules = opened.with(lines.get());
            } catch (IllegalArgumentException e) {
                sharedProblem =
                        "the rules of all relays cannot be used here, those before them stay: " + PlainText.of(e);
                LOG.error(sharedProblem);
            }
        }
        AccessRules present = sharedRules;
        if (present == null) {
            // what they forbid is not known here: nothing may be allowed
            incomplete = true;
            members.access(NOBODY);
            return inForce;
        }
        return present;
    }

    /** The file of rules cannot be used as it is now; empty: it can. */
    @GuardedBy("this")
    private void broken(String problem) {
        if (!problem.isEmpty() && !problem.equals(complaint)) {
            events.record(Kind.RULES_BROKEN, "", "", problem);
        }
        complaint = problem;
    }

    /** Tells the audit log what was changed while the relay did not run. */
    public synchronized void tell() {
        if (complaint.isEmpty() && !incomplete) {
            tellRules();
        }
        review();
    }

    @GuardedBy("this")
    private void tellRules() {
        String text = inForce.toString().strip().replace("\n", "; ");
        AuditState.Change change = auditState.updateText(AuditState.RULES, text);
        if (!change.none() && !(change.first() && inForce.open())) {
            LOG.info("access rules are now: {}", text);
            events.record(Kind.RULES_CHANGED, "", "", text);
        }
    }

    /** Lets somebody else look at the data directory, too, each time that this one has looked; must not block. */
    public void alsoLook(Runnable look) {
        others = look;
    }

    /** Looks at once, beside the usual times. */
    public void lookSoon() {
        if (soon.compareAndSet(false, true)) {
            try {
                thread.execute(this::poll);
            } catch (RejectedExecutionException e) {
                LOG.debug("the relay has ended", e);
            }
        }
    }

    private void look() {
        poll();
        try {
            others.run();
        } catch (RuntimeException | Error e) {
            complain(e);
        }
    }

    /** Looks whether somebody has changed a file. */
    private void poll() {
        soon.set(false);
        try {
            synchronized (this) {
                RulesFile opened = rules;
                if (opened != null) {
                    boolean other = opened.poll();
                    AccessRules now = wanted(opened);
                    if (other || !now.equals(next == null ? inForce : next)) {
                        changed(now);
                    }
                    if (incomplete && sharedProblem.isEmpty() && (opened.complete() || isShared())) {
                        incomplete = false;
                        putInForce(now);
                        tellRules();
                    }
                    broken(sharedProblem.isEmpty() ? opened.problem() : sharedProblem);
                } else if (directory != null) {
                    openRules(directory);
                    if (rules != null && !incomplete) {
                        tellRules();
                    }
                }
            }
            if (revocations != null) {
                // others look too: whether it was this look that found something says nothing
                boolean found = revocations.poll();
                LOG.trace("revocations changed: {}", found);
                review();
            }
        } catch (RuntimeException | Error e) {
            // an Error too, or nobody would look any more
            complain(e);
        }
    }

    private static void complain(Throwable fault) {
        try {
            LOG.error("rules and revocations could not be looked after; trying again", fault);
        } catch (OutOfMemoryError e) {
            // what the log needs is not there either, and the next look must come all the same
            LOG.trace("not even this could be told");
        }
    }

    /**
     * Checks rules that are to become those of the configuration.
     *
     * @throws IllegalArgumentException if they are wrong, or do not go with those of the file
     */
    public synchronized void check(List<String> wanted) {
        RulesFile opened = rules;
        if (opened == null) {
            AccessRules.parse(wanted);
        } else {
            opened.check(wanted);
        }
    }

    /**
     * Changes the rules of the configuration. They are in force at once, or a second after those before them.
     *
     * @throws IllegalArgumentException if they do not go with those of the file; nothing changes then
     */
    public synchronized void rules(List<String> now) {
        RulesFile opened = rules;
        if (opened != null) {
            boolean other = opened.setting(now);
            setting = now;
            if (other) {
                changed(wanted(opened));
            }
        } else if (directory == null && !now.equals(setting)) {
            changed(AccessRules.parse(now));
        }
        setting = now;
    }

    @GuardedBy("this")
    private void changed(AccessRules now) {
        if (incomplete) {
            return;
        }
        boolean waiting = next != null;
        next = now;
        long left = changed + CHANGES_APART_NANOS - System.nanoTime();
        if (left <= 0) {
            takeNext();
        } else if (!waiting) {
            thread.schedule(this::takeNextLater, left, TimeUnit.NANOSECONDS);
        }
    }

    private void takeNextLater() {
        try {
            takeNext();
        } catch (RuntimeException | Error e) {
            LOG.error("other access rules could not be put in force", e);
        }
    }

    private synchronized void takeNext() {
        AccessRules now = next;
        next = null;
        if (now == null || now.equals(inForce)) {
            return;
        }
        changed = System.nanoTime();
        putInForce(now);
        tellRules();
    }

    @GuardedBy("this")
    private void putInForce(AccessRules now) {
        inForce = now;
        RulesFile opened = rules;
        if (opened != null && opened.hasDefault()) {
            auditState.add(AuditState.RULES_DEFAULT, "yes");
        }
        members.access(RulesAccess.of(now));
    }

    /** Sends away who is shut out now, and tells what is new. */
    private void review() {
        Revocations present = revocations;
        if (present == null) {
            return;
        }
        synchronized (reviewing) {
            Map<String, Revocation> all = new LinkedHashMap<>();
            for (Revocation revocation : present.all()) {
                all.put(revocation.deviceId(), revocation);
                // each time: it may have come in while it was let in for a moment between two looks
                members.dismiss(revocation.deviceId(), refusal(revocation));
            }
            // it may have come in by a connection that was being admitted
            present.heard().forEach(deviceId -> dismissHeard(present, deviceId));
            AuditState.Change change = auditState.update(AuditState.REVOKED, all.keySet());
            all.forEach((deviceId, revocation) -> {
                if (change.added().contains(deviceId)) {
                    LOG.warn("{} is revoked: {}", deviceId, revocation.reason());
                    events.record(Kind.REVOKED, deviceId, "", revocation.reason());
                }
            });
            for (String deviceId : change.removed()) {
                LOG.info("{} is no longer revoked", deviceId);
                events.record(Kind.UNREVOKED, deviceId, "", "");
            }
        }
    }

    /** Shuts a device out, at once. */
    public void revoke(String deviceId, String reason) throws IOException {
        try {
            shuttable().revoke(deviceId, reason);
        } finally {
            review();
        }
    }

    /** Another relay says that a device was shut out, or is let in again: that counts until the store that the relays share says it. */
    public void hear(String relayId, String deviceId, boolean revoked) {
        Revocations present = revocations;
        if (present != null) {
            present.hear(relayId, deviceId, revoked);
            if (revoked) {
                dismissHeard(present, deviceId);
            }
        }
    }

    private void dismissHeard(Revocations present, String deviceId) {
        present.find(deviceId).ifPresent(revocation -> members.dismiss(deviceId, refusal(revocation)));
    }

    /** Closes a device's connection and tells the device that the administrator did it; whether it was connected. */
    public boolean disconnect(String deviceId) {
        return members.dismiss(
                deviceId,
                ErrorReport.fatal(
                        ErrorCode.DISCONNECTED,
                        "the administrator of the relay has disconnected this device; it may connect again"),
                remote -> {
                    LOG.info("{} is disconnected by the administrator", deviceId);
                    events.record(Kind.DISCONNECTED, deviceId, remote, "by the administrator; it may connect again");
                });
    }

    /** Lets a device in again; whether it was shut out. */
    public boolean unrevoke(String deviceId) throws IOException {
        try {
            return shuttable().unrevoke(deviceId);
        } finally {
            review();
        }
    }

    private Revocations shuttable() throws IOException {
        Revocations present = revocations;
        if (present == null) {
            throw new IOException("this relay keeps no revocations: it has no data directory");
        }
        return present;
    }

    /** Who is shut out, by ID. */
    public List<Revocation> revoked() {
        return revocations == null ? List.of() : revocations.all();
    }

    /** Why a device may not come in now. */
    public Optional<ErrorReport> refusal(String deviceId) {
        if (revocations != null) {
            Optional<Revocation> revocation = revocations.find(deviceId);
            if (revocation.isPresent()) {
                return revocation.map(AccessControl::refusal);
            }
        }
        Duration left = members.quarantineLeft(deviceId);
        if (left.isZero()) {
            return Optional.empty();
        }
        return Optional.of(new ErrorReport(
                ErrorCode.QUARANTINED.number(),
                "two devices took turns as " + deviceId + ": wait " + (left.toSeconds() + 1)
                        + " s, and give one of them another ID and key",
                true,
                (int) left.toMillis() + 1));
    }

    private static ErrorReport refusal(Revocation revocation) {
        return new ErrorReport(
                ErrorCode.REVOKED.number(),
                "device " + revocation.deviceId() + " is revoked: the administrator of the relay can let it in again",
                true,
                REVOKED_RETRY_MILLIS);
    }

    /** Ends its thread; what is in force stays. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warn("mnedc-relay-access did not end within {} ms", CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
