package io.mnedc.itests.relays;

import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.Waits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The store that relays share: servers of Debian's {@code zookeeper} on hosts of the lab, one each. They are the operator's, so
 * their relays are told where they are.
 */
final class Ensemble {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final int CLIENTS = 2181;
    private static final int TICK_MILLIS = 1000;

    /** What the servers need of Debian; {@code ./mnedc test} unpacks it. */
    private static final List<String> JARS = List.of(
            "zookeeper", "zookeeper-jute", "metrics-core", "netty-all", "slf4j-api", "slf4j-simple", "snappy-java");

    private final List<Server> servers = new ArrayList<>();
    private final String members;

    private Ensemble(List<Host> hosts) {
        members = IntStream.range(0, hosts.size())
                .mapToObj(i -> "server." + (i + 1) + "=" + hosts.get(i).address() + ":2888:3888\n")
                .collect(Collectors.joining());
        for (int i = 0; i < hosts.size(); i++) {
            servers.add(new Server(i + 1, hosts.get(i)));
        }
    }

    /** Starts a server on each of these hosts and waits until they have a leader. */
    static Ensemble start(List<Host> hosts) {
        Ensemble ensemble = new Ensemble(hosts);
        ensemble.servers.forEach(Server::start);
        ensemble.awaitLeader();
        return ensemble;
    }

    /** What the setting {@code ensemble} of a relay wants. */
    String addresses() {
        return servers.stream()
                .map(server -> server.host.address() + ":" + CLIENTS)
                .collect(Collectors.joining(","));
    }

    List<Server> servers() {
        return List.copyOf(servers);
    }

    /** Waits until one of the servers leads, and returns it. */
    Server awaitLeader() {
        Server[] found = new Server[1];
        Waits.until("a leader of the ensemble", BOUND, () -> {
            found[0] = servers.stream().filter(Server::leads).findFirst().orElse(null);
            return found[0] != null;
        });
        return Objects.requireNonNull(found[0]);
    }

    /** Waits until each server that runs takes part. */
    void awaitAll() {
        Waits.until(
                "all servers of the ensemble take part",
                BOUND,
                () -> servers.stream().allMatch(server -> server.mode().matches("leader|follower")));
    }

    /** One of the servers. */
    final class Server {
        private final int number;
        private final Host host;
        private @Nullable LabProcess process;

        private Server(int number, Host host) {
            this.number = number;
            this.host = host;
        }

        Host host() {
            return host;
        }

        /** Starts it, on the data that it has. */
        void start() {
            if (process != null && process.isAlive()) {
                throw new LabException("server " + number + " is still running");
            }
            process = host.start(
                    JavaTool.JAVA,
                    "-Xmx96m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dzookeeper.jmx.log4j.disable=true",
                    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                    "-cp",
                    classPath(),
                    "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                    configuration().toString());
        }

        /** Kills it with SIGKILL. */
        void kill() {
            Objects.requireNonNull(process).kill();
        }

        boolean runs() {
            return process != null && process.isAlive();
        }

        boolean leads() {
            return mode().equals("leader");
        }

        /** What it says it is: {@code leader}, {@code follower}; or nothing while it has no quorum or does not run. */
        String mode() {
            return runs()
                    ? ask("srvr")
                            .lines()
                            .filter(line -> line.startsWith("Mode: "))
                            .map(line -> line.substring("Mode: ".length()))
                            .findFirst()
                            .orElse("")
                    : "";
        }

        private String ask(String word) {
            return host.exec(
                            "timeout",
                            "5",
                            "bash",
                            "-c",
                            "exec 3<>/dev/tcp/127.0.0.1/" + CLIENTS + " && echo " + word + " >&3 && cat <&3")
                    .output();
        }

        private Path configuration() {
            try {
                Path directory = Files.createDirectories(host.directory().resolve("zookeeper-" + number));
                Files.writeString(directory.resolve("myid"), Integer.toString(number));
                return Files.writeString(
                        directory.resolve("zoo.cfg"), """
                        tickTime=%d
                        initLimit=20
                        syncLimit=5
                        dataDir=%s
                        clientPort=%d
                        admin.enableServer=false
                        4lw.commands.whitelist=srvr,mntr
                        %s""".formatted(TICK_MILLIS, directory, CLIENTS, members));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String classPath() {
        Path place = Relays.unpacked("usr/share/java");
        return JARS.stream().map(jar -> jar(place, jar)).collect(Collectors.joining(":"));
    }

    private static String jar(Path place, String name) {
        return place.resolve(name + ".jar").toString();
    }
}
