package io.mnedc.names.system;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
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
    private static final Path PROCESSES = Path.of("/proc");

    /** The kernel keeps 15 characters of a name. */
    private static final String PROCESS = "systemd-resolve";

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
    private final Runner runner;
    private Wanted.@Nullable Link told;
    private volatile boolean ended;

    /**
     * Tells nothing yet.
     *
     * @param running a directory that is there while systemd-resolved is
     * @param runner of {@code resolvectl}
     */
    ResolvedHook(Path running, Runner runner) {
        this.running = running;
        this.runner = runner;
    }

    @Override
    public void apply(Wanted wanted) throws IOException {
        Wanted.Link link = wanted.link();
        if (link.equals(told)) {
            return;
        }
        if (!CARD.matcher(link.card()).matches()) {
            throw new IOException(
                    "the interface \"" + link.card() + "\" has a name that resolvectl might take for something else");
        }
        if (!Files.isDirectory(running)) {
            throw new IOException("systemd-resolved does not run here (there is no " + running
                    + "): start it, or set system.resolver to hosts or off");
        }
        checkNamespace();
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
            String answer = run(List.of(RESOLVECTL, "--legend=no", "query", link.known()));
            if (link.servers().stream().noneMatch(answer::contains)) {
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

    /** systemd-resolved is told numbers of interfaces. In another network namespace that is the number of another one. */
    private static void checkNamespace() throws IOException {
        Path own;
        try {
            own = namespace(PROCESSES.resolve("self"));
        } catch (IOException e) {
            LOG.debug("the own network namespace is not known", e);
            return;
        }
        List<Path> others = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
            for (Path process : processes) {
                try {
                    if (isResolved(process)) {
                        others.add(namespace(process));
                    }
                } catch (IOException e) {
                    // it has gone, or may not be looked at: then the answer to the question at the end must do
                    LOG.trace("nothing is known of {}", process, e);
                }
            }
        }
        if (!others.isEmpty() && !others.contains(own)) {
            throw new IOException(
                    "systemd-resolved runs in another network namespace than this device, so it cannot reach it:"
                            + " set system.resolver to hosts or off");
        }
    }

    private static Path namespace(Path process) throws IOException {
        return Files.readSymbolicLink(process.resolve("ns/net"));
    }

    private static boolean isResolved(Path process) throws IOException {
        try (Stream<String> lines = Files.lines(process.resolve("comm"), StandardCharsets.ISO_8859_1)) {
            return lines.findFirst().filter(PROCESS::equals).isPresent();
        }
    }

    @Override
    public void undo() throws IOException {
        Wanted.Link before = told;
        told = null;
        if (before != null && isThere(before)) {
            runner.run(List.of(RESOLVECTL, "revert", before.card()), () -> false);
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
