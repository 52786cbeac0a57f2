package io.mnedc.rsa;

import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.text.HostPort;
import io.mnedc.api.text.PlainText;
import java.net.BindException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the provider at the virtual address: opens it when that is known and the interface has it, and moves it with it. On the one
 * thread that it is given, but for what the link calls.
 */
final class Binding implements RelayLink.Observer {
    private static final Logger LOG = LoggerFactory.getLogger(Binding.class);
    private static final Duration AGAIN = Duration.ofMillis(500);
    /** An interface comes up a moment after the registration. */
    private static final int QUIET_ATTEMPTS = 20;

    /** What the provider is to have. */
    private record Wanted(String address, int port, Duration timeout) {}

    private final RelayLink link;
    private final ScheduledExecutorService thread;
    private final Supplier<Provider> providers;
    private final Runnable moved;
    private final Consumer<String> problems;
    private RsaSettings settings;
    private @Nullable Provider provider;
    private @Nullable Wanted bound;
    private Optional<Place> last = Optional.empty();
    private boolean waiting;
    private int attempts;
    private boolean used;
    private boolean ended;

    /**
     * Does nothing yet.
     *
     * @param moved called when this device has another place
     * @param problems is told what is wrong, in a sentence; empty if nothing is
     */
    Binding(
            RelayLink link,
            ScheduledExecutorService thread,
            Supplier<Provider> providers,
            RsaSettings settings,
            Runnable moved,
            Consumer<String> problems) {
        this.link = link;
        this.thread = thread;
        this.providers = providers;
        this.settings = settings;
        this.moved = moved;
        this.problems = problems;
    }

    /** {@return where this device is; empty before it has registered} */
    static Optional<Place> place(RelayLink link) {
        return link.registration().map(now -> Place.of(now.network(), now.node()));
    }

    @Override
    public void snapshot(Collection<Peer> peers) {
        thread.execute(this::check);
    }

    @Override
    public void present(Peer peer) {}

    @Override
    public void absent(String deviceId) {}

    /** Other settings. */
    void become(RsaSettings now) {
        thread.execute(() -> {
            settings = now;
            check();
        });
    }

    /** Ends the provider. */
    void end() {
        thread.execute(() -> {
            ended = true;
            unbind();
            if (used) {
                Provider.endThreads();
            }
        });
    }

    private void check() {
        if (ended) {
            return;
        }
        Optional<Place> place = place(link);
        if (!place.equals(last)) {
            last = place;
            moved.run();
        }
        boolean want = settings.enabled() && settings.port() > 0;
        Wanted wanted = place.filter(any -> want)
                .map(now -> new Wanted(now.ipv4().getHostAddress(), settings.port(), settings.timeout()))
                .orElse(null);
        if (wanted == null ? bound != null : !wanted.equals(bound)) {
            unbind();
            if (wanted == null) {
                problems.accept("");
            } else {
                bind(wanted);
            }
        }
    }

    private void bind(Wanted wanted) {
        Provider next = providers.get();
        try {
            used = true;
            next.open(wanted.address(), wanted.port(), wanted.timeout());
            provider = next;
            bound = wanted;
            attempts = 0;
            problems.accept("");
            LOG.info("exported services are called at {}", HostPort.text(wanted.address(), wanted.port()));
        } catch (Exception e) {
            next.close();
            failed(wanted, e);
        }
    }

    private void failed(Wanted wanted, Exception why) {
        attempts++;
        Throwable cause = why.getCause() == null ? why : why.getCause();
        boolean inUse = cause instanceof BindException
                && String.valueOf(cause.getMessage()).contains("in use");
        if (inUse ? attempts == 1 : attempts == QUIET_ATTEMPTS) {
            String problem = "services cannot be exported at " + HostPort.text(wanted.address(), wanted.port()) + ": "
                    + PlainText.of(cause)
                    + (inUse ? ". Set another port, or end the program that has it" : "");
            LOG.warn("{}; it is tried again", problem);
            problems.accept(problem);
        }
        if (!waiting) {
            waiting = true;
            thread.schedule(
                    () -> {
                        waiting = false;
                        check();
                    },
                    AGAIN.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void unbind() {
        Provider ending = provider;
        provider = null;
        bound = null;
        if (ending != null) {
            ending.close();
        }
    }
}
