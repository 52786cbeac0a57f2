package io.mnedc.itests.runtimes;

import io.mnedc.lab.CommandResult;
import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Karaf on a host of the lab, as it is downloaded, with settings and data of its own. No repository can be asked. */
final class Karaf {
    private final Host host;
    private final Path base;
    private LabProcess process;
    private boolean booted;

    private Karaf(Host host, Path base) {
        this.host = host;
        this.base = base;
        this.process = launch();
    }

    /** Starts it and returns at once. */
    static Karaf start(Host host) {
        Path base = host.directory().resolve("karaf-" + host.name());
        try {
            copy(home().resolve("etc"), base.resolve("etc"));
            Files.createDirectories(base.resolve("deploy"));
            Files.createDirectories(base.resolve("data"));
            Files.writeString(
                    base.resolve("etc/users.properties"),
                    "\nkaraf = karaf,_g_:admingroup\n_g_\\:admingroup = group,admin,manager,viewer,systembundles,ssh\n",
                    StandardOpenOption.APPEND);
            Files.writeString(base.resolve("etc/org.ops4j.pax.url.mvn.cfg"), """
                    org.ops4j.pax.url.mvn.useFallbackRepositories=false
                    org.ops4j.pax.url.mvn.localRepository=${karaf.data}/repository
                    org.ops4j.pax.url.mvn.defaultRepositories=file:${karaf.home}/system@id=system.repository@snapshots,\
                    file:${karaf.data}/kar@id=kar.repository@multi@snapshots
                    org.ops4j.pax.url.mvn.repositories=
                    """);
        } catch (IOException e) {
            throw new LabException("no directory for Karaf on " + host.name(), e);
        }
        return new Karaf(host, base);
    }

    Host host() {
        return host;
    }

    LabProcess process() {
        return process;
    }

    /** Its settings. */
    Path etc() {
        return base.resolve("etc");
    }

    /** Where it unpacks archives with features. */
    Path archives() {
        return base.resolve("data/kar");
    }

    /** Runs lines at its prompt, as somebody does who connects to it; returns what they print. */
    String run(String... lines) {
        return client(lines).orThrow();
    }

    /** The same without a complaint. */
    CommandResult client(String... lines) {
        if (!booted) {
            // until then Karaf refreshes its own bundles, and may drop a connection in the midst of a command
            Waits.until("Karaf on " + host.name() + " has booted", Waits.LONG, this::bootIsFinished);
            booted = true;
        }
        return connect(lines);
    }

    private boolean bootIsFinished() {
        return connect("service:list org.apache.karaf.features.BootFinished")
                .output()
                .contains("BootFinished]");
    }

    private CommandResult connect(String... lines) {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(environment());
        // a JVM of which little is asked
        command.add("JAVA_OPTS=-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m");
        command.addAll(List.of(
                "sh",
                "-c",
                "printf '%s\\n' \"$@\" | " + home().resolve("bin/client") + " -u karaf -p karaf -r 60 -d 1 -b",
                "client"));
        command.addAll(List.of(lines));
        return host.exec(Waits.LONG, command.toArray(String[]::new));
    }

    /** Puts a file into the directory that it watches for bundles. */
    Remote agent() {
        return Remote.dropInto(Parts.agent(), base.resolve("deploy"), process);
    }

    /** Power fails, and is there again. */
    void cut() {
        process.kill();
        booted = false;
        process = launch();
    }

    private LabProcess launch() {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(environment());
        command.add("JAVA_OPTS=-XX:+UseSerialGC -Xms32m -Xmx256m");
        command.addAll(List.of(home().resolve("bin/karaf").toString(), "daemon"));
        return host.start(command.toArray(String[]::new));
    }

    private List<String> environment() {
        return List.of(
                "JAVA_HOME=" + System.getProperty("java.home"),
                "KARAF_BASE=" + base,
                "KARAF_ETC=" + etc(),
                "KARAF_DATA=" + base.resolve("data"),
                "CHECK_ROOT_INSTANCE_RUNNING=false");
    }

    private static Path home() {
        try (Stream<Path> files = Files.list(Parts.part("karaf"))) {
            return files.filter(file -> Pattern.matches("apache-karaf-.*", file.getFileName() + ""))
                    .findFirst()
                    .orElseThrow(() -> new LabException("no Karaf in " + Parts.part("karaf")));
        } catch (IOException e) {
            throw new LabException("no Karaf", e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
