package io.mnedc.names.system;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be seen of the process of systemd-resolved, which may be nothing: in a container, or if the system hides processes. */
final class ResolvedProcess {
    private static final Logger LOG = LoggerFactory.getLogger(ResolvedProcess.class);

    /** The kernel keeps 15 characters of a name. */
    private static final String RESOLVED = "systemd-resolve";

    private static final Set<String> BUS = Set.of("dbus-daemon", "dbus-broker");

    private final Path processes;

    /**
     * Looks when it is asked.
     *
     * @param processes the directory {@code /proc}
     */
    ResolvedProcess(Path processes) {
        this.processes = processes;
    }

    /**
     * {@return whether it certainly does not run: who sees the D-Bus would see it, too} Its directory may be left, and to call it
     * by the D-Bus might start it again.
     */
    boolean isMissing() throws IOException {
        Collection<String> names = running().values();
        return names.stream().anyMatch(BUS::contains) && !names.contains(RESOLVED);
    }

    /**
     * It is told numbers of interfaces. In another network namespace that is the number of another one.
     *
     * @throws IOException if it runs in another one; the message has the cure
     */
    void checkNamespace() throws IOException {
        Path own;
        try {
            own = namespace(processes.resolve("self"));
        } catch (IOException e) {
            LOG.debug("the own network namespace is not known", e);
            return;
        }
        List<Path> others = new ArrayList<>();
        for (Map.Entry<Path, String> process : running().entrySet()) {
            if (!process.getValue().equals(RESOLVED)) {
                continue;
            }
            try {
                others.add(namespace(process.getKey()));
            } catch (IOException e) {
                // it has gone, or may not be looked at: then its answer must do
                LOG.trace("nothing is known of {}", process.getKey(), e);
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

    /** {@return the processes that can be seen, and their names} */
    private Map<Path, String> running() throws IOException {
        Map<Path, String> found = new HashMap<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(processes, "[0-9]*")) {
            for (Path process : all) {
                found.put(process, name(process));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return found;
    }

    /** {@return its name; empty if it has gone, which may happen at any moment} */
    private static String name(Path process) {
        try {
            return Files.readString(process.resolve("comm"), StandardCharsets.ISO_8859_1)
                    .strip();
        } catch (IOException e) {
            LOG.trace("{} has gone", process, e);
            return "";
        }
    }
}
