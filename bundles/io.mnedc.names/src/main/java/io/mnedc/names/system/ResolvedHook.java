package io.mnedc.names.system;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * systemd-resolved asks the device for its zones, and nobody else for them; all other names go where they went. That is state of the
 * device's interface, which systemd-resolved forgets with the interface: nothing is left of a killed device.
 */
final class ResolvedHook implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(ResolvedHook.class);
    private static final String RESOLVECTL = "resolvectl";
    private static final Pattern CARD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}");
    /** Between two questions whether it is still as it was told. */
    private static final long PAUSE = Duration.ofMinutes(1).toNanos();

    private static final String NOTHING =
            "systemd-resolved does not run here, so programs of this host do not know the names of devices;"
                    + " system.resolver = hosts would put them into the hosts file";

    /** Runs a program. */
    interface Runner {
        /**
         * Runs it to its end.
         *
         * @param givenUp whether it is not wanted any more
         * @return what it writes
         */
        String run(List<String> command, BooleanSupplier givenUp) throws IOException;
    }

    private final Path running;
    private final ResolvedProcess process;
    private final boolean optional;
    private final Runner runner;
    private final LongSupplier clock;
    private Wanted.@Nullable Link told;
    /** Whether it knows that, as far as can be seen: it has not ended since then. */
    private boolean known;
    /** When its answer was the right one last. */
    private long answered;

    private volatile boolean ended;

    /**
     * Tells nothing yet.
     *
     * @param running a directory that is there while systemd-resolved is; it may stay longer
     * @param optional whether it is no problem if systemd-resolved does not run, and nobody starts it
     * @param runner of {@code resolvectl}
     * @param clock in nanoseconds
     */
    ResolvedHook(Path running, ResolvedProcess process, boolean optional, Runner runner, LongSupplier clock) {
        this.running = running;
        this.process = process;
        this.optional = optional;
        this.runner = runner;
        this.clock = clock;
    }

    @Override
    public String apply(Wanted wanted) throws IOException {
        if (!Files.isDirectory(running)) {
            known = false;
            if (optional) {
                return NOTHING;
            }
            throw new IOException("systemd-resolved does not run here (there is no " + running
                    + "): start it, or set system.resolver to hosts or off");
        }
        Wanted.Link link = wanted.link();
        boolean again = known && link.equals(told);
        if (again && clock.getAsLong() - answered < PAUSE) {
            return "";
        }
        if (optional && process.isMissing()) {
            known = false;
            return NOTHING;
        }
        if (!again || !isAnswered(link)) {
            tell(link);
            if (again) {
                LOG.info(
                        "systemd-resolved had lost what it was told of the interface {}, and is told again",
                        link.card());
            }
        }
        known = true;
        answered = clock.getAsLong();
        return "";
    }

    /** Whether systemd-resolved still asks the device: another program may have reverted that, or its restart. */
    private boolean isAnswered(Wanted.Link link) {
        try {
            return isRight(link, ask(link));
        } catch (IOException e) {
            LOG.debug("systemd-resolved gives no answer", e);
            return false;
        }
    }

    private String ask(Wanted.Link link) throws IOException {
        return run(List.of(RESOLVECTL, "--legend=no", "query", link.known()));
    }

    private static boolean isRight(Wanted.Link link, String answer) {
        return link.servers().stream().anyMatch(answer::contains);
    }

    private void tell(Wanted.Link link) throws IOException {
        if (!CARD.matcher(link.card()).matches()) {
            throw new IOException(
                    "the interface \"" + link.card() + "\" has a name that resolvectl might take for something else");
        }
        process.checkNamespace();
        told = link;
        try {
            // the zone is not signed; and nobody but this host is asked
            set("dnssec", link.card(), "no");
            set("dnsovertls", link.card(), "no");
            set("dns", link.card(), link.servers());
            // a ~ says that names without a dot are not looked for there
            set(
                    "domain",
                    link.card(),
                    link.domains().stream().map(each -> "~" + each).toList());
            String answer = ask(link);
            if (!isRight(link, answer)) {
                throw new IOException("systemd-resolved has found another address for " + link.known() + ": " + answer);
            }
        } catch (IOException e) {
            try {
                undo();
            } catch (IOException left) {
                LOG.debug("it is not undone", left);
            }
            throw e;
        }
    }

    private void set(String what, String card, String value) throws IOException {
        set(what, card, List.of(value));
    }

    private void set(String what, String card, List<String> values) throws IOException {
        List<String> command = new ArrayList<>(List.of(RESOLVECTL, what, card));
        command.addAll(values);
        run(command);
    }

    private String run(List<String> command) throws IOException {
        if (ended) {
            throw new IOException("it is ending");
        }
        return runner.run(command, () -> ended);
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public void undo() throws IOException {
        Wanted.Link before = told;
        told = null;
        known = false;
        if (before != null && isThere(before) && Files.isDirectory(running) && !isEnded()) {
            runner.run(List.of(RESOLVECTL, "revert", before.card()), () -> false);
        }
    }

    /** Then it has forgotten all, and to tell it more would have the D-Bus start it. */
    private boolean isEnded() {
        try {
            return optional && process.isMissing();
        } catch (IOException e) {
            LOG.debug("processes cannot be seen", e);
            return false;
        }
    }

    private static boolean isThere(Wanted.Link link) {
        try {
            NetworkInterface card = NetworkInterface.getByName(link.card());
            return card != null && card.getIndex() == link.index();
        } catch (SocketException e) {
            return false;
        }
    }

    @Override
    public String what() {
        return "by systemd-resolved";
    }
}
