package io.mnedc.names.system;

import io.mnedc.api.text.PlainText;
import io.mnedc.work.PeriodicThread;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the host in line with the names, until it is closed. It looks once a second, so changes in quick succession are one. */
public final class SystemNames implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemNames.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** After a failure, and where there is nothing to do it with. */
    private static final Duration AGAIN = Duration.ofSeconds(10);

    /** systemd-resolved makes it, and takes it away. */
    private static final Path RESOLVED = Path.of("/run/systemd/resolve");

    private final Hook hook;
    private final Supplier<@Nullable Wanted> wanted;
    private final Consumer<String> problems;
    private final Duration again;
    private final PeriodicThread thread;
    /** Held while the host is told something, or that is taken back: a slow disk may keep the thread beyond its end. */
    private final Object telling = new Object();

    private volatile boolean closed;
    // of the thread
    private String problem = "";
    /** What the log said last; empty after a problem. */
    private String said = "";

    private long notBefore = System.nanoTime();

    private SystemNames(Hook hook, Supplier<@Nullable Wanted> wanted, Consumer<String> problems, Duration again) {
        this.hook = hook;
        this.wanted = wanted;
        this.problems = problems;
        this.again = again;
        this.thread = new PeriodicThread("mnedc-names-system", this::look, fault -> failed("a fault", fault));
    }

    /**
     * Begins.
     *
     * @param place not {@link Place#OFF}
     * @param hosts the hosts file
     * @param owner the device ID
     * @param wanted what the host should know now; null: nothing yet
     * @param problems told why it does not work, and an empty text when it does
     */
    public static SystemNames start(
            Place place, Path hosts, String owner, Supplier<@Nullable Wanted> wanted, Consumer<String> problems) {
        return start(
                place == Place.HOSTS
                        ? new HostsHook(hosts, owner, System::nanoTime)
                        : new ResolvedHook(
                                RESOLVED,
                                new ResolvedProcess(Path.of("/proc")),
                                place == Place.AUTO,
                                Program::run,
                                System::nanoTime),
                wanted,
                problems,
                AGAIN);
    }

    static SystemNames start(Hook hook, Supplier<@Nullable Wanted> wanted, Consumer<String> problems, Duration again) {
        SystemNames begun = new SystemNames(hook, wanted, problems, again);
        begun.thread.every(LOOK);
        begun.thread.soon();
        return begun;
    }

    private void look() {
        long now = System.nanoTime();
        Wanted next = now - notBefore < 0 ? null : wanted.get();
        if (next == null) {
            return;
        }
        String nothing;
        try {
            synchronized (telling) {
                if (closed) {
                    return;
                }
                nothing = hook.apply(next);
            }
        } catch (IOException e) {
            failed(PlainText.of(e), e);
            return;
        }
        if (!nothing.isEmpty()) {
            notBefore = System.nanoTime() + again.toNanos();
        }
        say(nothing.isEmpty() ? "programs of this host know the names of devices: " + hook.what() : nothing);
        told("");
    }

    private void say(String now) {
        if (!now.equals(said)) {
            said = now;
            LOG.info("{}", now);
        }
    }

    private void failed(String why, Throwable cause) {
        if (closed) {
            LOG.debug("it ends meanwhile", cause);
            return;
        }
        notBefore = System.nanoTime() + again.toNanos();
        said = "";
        if (!why.equals(problem)) {
            LOG.warn("Programs of this host do not know the names of devices: {}", why);
            LOG.debug("because of", cause);
        }
        told(why);
    }

    private void told(String now) {
        if (!now.equals(problem)) {
            problem = now;
            problems.accept(now);
        }
    }

    /** Ends it, and takes back what the host was told. */
    @Override
    public void close() {
        closed = true;
        hook.end();
        thread.close();
        try {
            synchronized (telling) {
                hook.undo();
            }
        } catch (IOException e) {
            LOG.warn("Names of devices may stay known to programs of this host: {}", PlainText.of(e));
        }
    }
}
