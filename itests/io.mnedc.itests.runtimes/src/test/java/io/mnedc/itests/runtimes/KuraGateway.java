package io.mnedc.itests.runtimes;

import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.Remote;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Equinox with the bundles of a Kura, in the versions of one of its releases, and Deployment Admin. */
final class KuraGateway {
    private final Host host;
    private final Path directory;
    private final LabProcess process;
    private final Remote remote;

    private KuraGateway(Host host, Path directory, LabProcess process, Remote remote) {
        this.host = host;
        this.directory = directory;
        this.process = process;
        this.remote = remote;
    }

    /** Starts one: {@code kura-5.0} or {@code kura-6}. */
    static KuraGateway start(Host host, String release) {
        Path directory = host.directory().resolve(release + "-" + host.name());
        Path configuration = directory.resolve("configuration");
        List<Path> bundles = Stream.of(Parts.runtime(release), Parts.part(release + "-more"), Parts.part("kura"))
                .flatMap(KuraGateway::jars)
                .toList();
        Path framework = bundles.stream()
                .filter(file -> file.getFileName().toString().startsWith("org.eclipse.osgi-"))
                .findFirst()
                .orElseThrow(() -> new LabException("no Equinox for " + release));
        try {
            Files.createDirectories(configuration);
            Files.writeString(
                    configuration.resolve("config.ini"),
                    "osgi.bundles="
                            + bundles.stream()
                                    .filter(file -> !file.equals(framework))
                                    .map(KuraGateway::entry)
                                    .collect(Collectors.joining(","))
                            + "\nosgi.bundles.defaultStartLevel=4\nosgi.noShutdown=true\neclipse.ignoreApp=true\n"
                            + "kura.data=" + directory.resolve("data") + "\n");
        } catch (IOException e) {
            throw new LabException("no directory for " + release, e);
        }
        LabProcess process = host.start(
                JavaTool.JAVA,
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-Dorg.osgi.framework.bootdelegation=sun.*,com.sun.crypto.*",
                "-jar",
                framework.toString(),
                "-configuration",
                configuration.toString());
        return new KuraGateway(host, directory, process, Remote.of(process));
    }

    Host host() {
        return host;
    }

    LabProcess process() {
        return process;
    }

    Remote remote() {
        return remote;
    }

    /** Where Kura's system service says that data is kept. */
    Path data() {
        return directory.resolve("data");
    }

    /** A fragment is not started. */
    private static String entry(Path file) {
        String reference = "reference:file:" + file;
        String name = file.getFileName().toString();
        boolean fragment = name.startsWith("slf4j-simple-1") || name.contains("framework.extension");
        return fragment ? reference : reference + "@start";
    }

    private static Stream<Path> jars(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList().stream();
        } catch (IOException e) {
            throw new LabException("cannot list " + directory, e);
        }
    }
}
