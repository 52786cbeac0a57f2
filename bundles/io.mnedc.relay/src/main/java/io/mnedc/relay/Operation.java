package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.api.text.PlainText;
import io.mnedc.relay.events.EventListeners;
import io.mnedc.relay.settings.RelayConfig;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.settings.Storage;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.IdentityProviders;
import io.mnedc.settings.LastSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.RestartPauses;
import io.mnedc.settings.Retry;
import io.mnedc.transport.Daemon;
import io.mnedc.work.TaskQueue;
import java.io.IOException;
import java.security.Provider;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides with which settings a relay runs, and whether one does. What is refused, or cannot be opened, leaves what runs as
 * it is; what may be there later is tried again. Any thread may call; everything happens in the {@link TaskQueue}, one task after
 * the other, and services come and go under no lock.
 */
final class Operation {
    private static final Logger LOG = LoggerFactory.getLogger(Operation.class);
    private static final String PID = RelayComponent.PID;
    /** Until then nobody needs to do anything about the store of the relays. */
    private static final Duration AT_A_START = Duration.ofSeconds(30);

    private static final Duration END_LIMIT = Duration.ofSeconds(10);

    /** A configuration that can be read. */
    private record Wanted(Map<String, Object> properties, RelaySettings settings) {}

    private final BundleContext context;
    private final Duration pause;
    private final IdentityProviders identities;
    private final Supplier<@Nullable Provider> tls;
    private final EventListeners listeners;
    private final TaskQueue tasks = new TaskQueue();
    private final Retry retry;
    private final RestartPauses pauses;
    private final NoticeBoard notices;

    private @Nullable RunningRelay running;

    /** Of the relay that runs, or of none. */
    private int generation;

    /** When the settings in force were taken on. */
    private Instant since = Instant.EPOCH;

    /** The present configuration if it is not in force, but may be later: a directory is not there yet. */
    private @Nullable Wanted wanted;

    /** What is to run while nothing does, and the present configuration cannot. */
    private LastSettings.@Nullable Old<RelaySettings> before;

    /** Why the present configuration is not in force; empty if that is not its fault. */
    private String refusal = "";

    /** Why nothing runs yet. */
    private String obstacle = "";

    /** A wish of the settings, for whichever relay can fulfil it. */
    private String wishedToken = "";

    private @Nullable AddressAllocator allocator;

    /** What relays share; null: nothing is there now. */
    private @Nullable OverlayStore store;

    /** What is to be known of that by the administrator, while a relay runs with it. */
    private String storeRemark = "";

    /** Runs nothing yet. */
    Operation(
            BundleContext context,
            IdentityProviders identities,
            Supplier<@Nullable Provider> tls,
            EventListeners listeners,
            Duration pause) {
        this.context = context;
        this.identities = identities;
        this.tls = tls;
        this.listeners = listeners;
        this.pause = pause;
        this.pauses = new RestartPauses(pause);
        this.notices = new NoticeBoard(PID, context);
        this.retry = new Retry(
                "mnedc-relay-retry",
                pause,
                () -> tasks.run(this::again),
                problem -> LOG.error("{}: {}; it is tried again every {} s", PID, problem, pause.toSeconds()));
    }

    /** Takes a configuration. */
    void apply(Map<String, Object> properties) {
        tasks.run(() -> take(properties), END_LIMIT);
    }

    private void take(Map<String, Object> properties) {
        ConfigurationReader reader = new ConfigurationReader(properties, RelayConfig.class);
        reader.remarks().forEach(remark -> LOG.warn("{}: {}", PID, remark));
        if (reader.wish() == Wish.OFF) {
            end(reader.whyOff());
            return;
        }
        RelaySettings settings;
        try {
            settings = RelaySettings.of(reader, Storage.of(context));
        } catch (RefusedSettingsException e) {
            LastSettings.Old<RelaySettings> unfinished = unfinished();
            // what was to come instead is not wished any more
            giveUp();
            refused(properties, PlainText.of(e), unfinished);
            return;
        }
        wishedToken = reader.text("token.request", "");
        giveUp();
        change(new Wanted(properties, settings));
        requestToken();
    }

    /** {@return what has been waited for so far; null if nothing} */
    private LastSettings.@Nullable Old<RelaySettings> unfinished() {
        Wanted next = wanted;
        return before != null || next == null ? before : new LastSettings.Old<>(Instant.now(), next.settings());
    }

    private void change(Wanted next) {
        RunningRelay now = running;
        if (now == null) {
            beginFirst(next);
        } else if (now.relay().canBecome(next.settings())) {
            reconfigure(now, next);
        } else if (canStart(next)) {
            replace(now, next);
        }
    }

    /** Others than the last ones that cannot start must not keep a relay off the air. */
    private void beginFirst(Wanted next) {
        boolean others = last(next.properties())
                .filter(old -> !old.settings().equals(next.settings()))
                .isPresent();
        if (!others || canStart(next)) {
            begin(next);
        }
    }

    /** Whether a relay with these settings finds its files; if not, this is tried again and again. */
    private boolean canStart(Wanted next) {
        try {
            Relay.checkFiles(next.settings(), identities, tls, InstantSource.system(), store);
            return true;
        } catch (IOException e) {
            LOG.debug("the cause", e);
            String problem = PlainText.of(e);
            if (next.equals(wanted)) {
                refusal = problem;
                tell();
            } else {
                refused(next.properties(), problem, null);
                wanted = next;
                tell();
            }
            retry.failed("these settings cannot be in force yet: " + problem);
            return false;
        }
    }

    private void reconfigure(RunningRelay now, Wanted next) {
        try {
            now.become(next.settings());
            inForce(next);
        } catch (IOException e) {
            refused(next.properties(), PlainText.of(e), null);
        }
    }

    /** One relay ends and another begins, if that can; else the one before goes on. */
    private void replace(RunningRelay now, Wanted next) {
        LastSettings.Old<RelaySettings> goesOn =
                new LastSettings.Old<>(since, now.relay().settings());
        stop("its settings have changed");
        try {
            start(next.settings());
            inForce(next);
        } catch (IOException | RuntimeException | Error e) {
            LOG.error("{}: a relay with these settings does not start", PID, e);
            // not again: each attempt would stop a relay that works
            giveUp();
            before = goesOn;
            beginBefore(goesOn);
            refused(next.properties(), PlainText.of(e), null);
        }
    }

    /**
     * A configuration cannot be used: what runs goes on; if nothing does, it starts with what was in force last.
     *
     * @param unfinished what is to be waited for if nothing was in force; null: nothing
     */
    private void refused(
            Map<String, Object> properties, String problem, LastSettings.@Nullable Old<RelaySettings> unfinished) {
        refusal = problem;
        if (running == null && before == null) {
            before = last(properties).orElse(unfinished);
            if (before != null) {
                beginBefore(before);
            }
        }
        LOG.error("{}: {}; {}", PID, problem, outcome());
        tell();
    }

    private String outcome() {
        return running == null ? "the relay does not run" : "running with the settings of " + since;
    }

    private void tell() {
        String waits = obstacle.isEmpty() ? "" : "the relay waits and tries again: " + obstacle;
        if (refusal.isEmpty()) {
            notices.show(waits.isEmpty() ? storeRemark : waits);
        } else {
            String later =
                    wanted == null || running == null ? "" : "; it is tried again every " + pause.toSeconds() + " s";
            notices.show("configuration refused: " + refusal + "; " + (waits.isEmpty() ? outcome() : waits) + later);
        }
    }

    private void begin(Wanted next) {
        try {
            start(next.settings());
            inForce(next);
        } catch (IOException e) {
            LOG.debug("the cause", e);
            wanted = next;
            waits(e);
        } catch (RuntimeException | Error e) {
            wanted = next;
            rests("a fault, see the log: " + e, e);
        }
    }

    private void beginBefore(LastSettings.Old<RelaySettings> old) {
        try {
            start(old.settings());
            since = old.time();
            if (wanted == null) {
                found();
            }
            tell();
        } catch (IOException e) {
            LOG.debug("the cause", e);
            waits(e);
        } catch (RuntimeException | Error e) {
            rests("a fault, see the log: " + e, e);
        }
    }

    private void waits(IOException why) {
        obstacle = PlainText.of(why);
        String problem = "the relay cannot start: " + obstacle;
        if (!(why instanceof StoreAwaitedException)) {
            retry.failed(problem);
        } else if (retry.awaits(problem, AT_A_START)) {
            LOG.info("the relay waits for the store that the relays share");
        }
        tell();
    }

    /** After a fault it is tried again later each time. */
    private void rests(String problem, @Nullable Throwable fault) {
        Duration rest = pauses.failed(System.nanoTime());
        LOG.error("{}: the relay does not run and starts again in {} s: {}", PID, rest.toSeconds(), problem, fault);
        obstacle = problem;
        retry.later(problem, rest);
        tell();
    }

    private void start(RelaySettings settings) throws IOException {
        int mine = ++generation;
        running = RunningRelay.start(
                context,
                settings,
                identities,
                tls,
                listeners,
                allocator,
                store,
                remark -> tasks.run(() -> remark(mine, remark)),
                what -> failed(settings, mine, what));
        obstacle = "";
        pauses.started(System.nanoTime());
    }

    private void inForce(Wanted now) {
        since = Instant.now();
        found();
        giveUp();
        lastSettings().keep(now.properties());
    }

    private void found() {
        if (retry.end()) {
            LOG.info("the relay has found what it waited for, and starts");
        }
    }

    /** Nothing is waited for any more. */
    private void giveUp() {
        wanted = null;
        before = null;
        refusal = "";
        obstacle = "";
        retry.end();
        tell();
    }

    private void again() {
        Wanted next = wanted;
        LastSettings.Old<RelaySettings> old = before;
        RunningRelay now = running;
        if (next != null && now == null && old == null) {
            begin(next);
        } else if (next != null && canStart(next)) {
            if (now == null) {
                begin(next);
            } else {
                replace(now, next);
            }
        } else if (now == null && old != null) {
            beginBefore(old);
        } else if (next == null) {
            retry.end();
        }
        requestToken();
    }

    private Optional<LastSettings.Old<RelaySettings>> last(Map<String, Object> properties) {
        return lastSettings().find(properties, values -> RelaySettings.of(values, Storage.of(context)));
    }

    private LastSettings lastSettings() {
        return new LastSettings(PID, RelayConfig.class, LOG::warn, Storage.of(context));
    }

    private void requestToken() {
        RunningRelay now = running;
        if (now != null) {
            now.relay().administration().ifPresent(service -> service.request(wishedToken));
        }
    }

    /** A part of it has ended by itself. A relay that is half dead helps nobody: it ends, and starts again a little later. */
    private void failed(RelaySettings settings, int failed, String what) {
        LOG.error("{}: {} has ended because of a fault, see above: the relay stops and starts again", PID, what);
        // it may be one of the relay's own threads that says so
        Daemon.thread("mnedc-relay-again", () -> tasks.run(() -> restart(settings, failed, what)))
                .start();
    }

    private void restart(RelaySettings settings, int failed, String what) {
        if (generation == failed) {
            stop("a part of it has failed");
            before = new LastSettings.Old<>(since, settings);
            rests(what + " has ended because of a fault", null);
        }
    }

    /** Tells who leases addresses now. */
    void allocator(AddressAllocator now) {
        tasks.run(() -> {
            allocator = now;
            tellAllocator();
        });
    }

    /** Tells that somebody leases other addresses now. */
    void allocatorChanged(AddressAllocator now) {
        tasks.run(() -> {
            if (now.equals(allocator)) {
                tellAllocator();
            }
        });
    }

    /** Tells that somebody leases addresses no more; another one may do so already. */
    void allocatorGone(AddressAllocator gone) {
        tasks.run(() -> {
            if (gone.equals(allocator)) {
                allocator = null;
                tellAllocator();
            }
        });
    }

    private void tellAllocator() {
        RunningRelay now = running;
        if (now != null) {
            now.relay().allocator(allocator);
        }
    }

    private void remark(int by, String text) {
        if (generation == by) {
            storeRemark = text;
            tell();
        }
    }

    /** Tells what relays share now. */
    void store(OverlayStore now) {
        tasks.run(() -> {
            store = now;
            tellStore();
            if (running == null) {
                // it may be what it waits for
                again();
            }
        });
    }

    /** Tells that this store is gone; another one may be there already. */
    void storeGone(OverlayStore gone) {
        tasks.run(() -> {
            if (gone.equals(store)) {
                store = null;
                tellStore();
            }
        });
    }

    private void tellStore() {
        RunningRelay now = running;
        if (now != null) {
            now.relay().store(store);
        }
    }

    /** Ends the relay, if one runs, and begins none any more. */
    void close(String why) {
        tasks.end(() -> end(why), END_LIMIT);
        retry.close();
    }

    private void end(String why) {
        giveUp();
        stop(why);
    }

    private void stop(String why) {
        // a fault of a relay that has ended is of no interest
        generation++;
        storeRemark = "";
        RunningRelay now = running;
        running = null;
        if (now != null) {
            LOG.info("the relay stops: {}", why);
            now.end();
        }
    }
}
