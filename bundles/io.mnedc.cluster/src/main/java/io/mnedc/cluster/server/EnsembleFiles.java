package io.mnedc.cluster.server;

import io.mnedc.files.PrivateFiles;
import io.mnedc.security.authority.EnsembleKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * The directory of a server. {@code zoo.cfg} is made anew at each start, but for its line {@code dynamicConfigFile}: ZooKeeper itself
 * names there the newest list of servers. {@code data} has the number and the database.
 */
final class EnsembleFiles {
    private static final String CONFIGURATION = "zoo.cfg";
    private static final String POINTER = "dynamicConfigFile";
    private static final int TICK_MILLIS = 1_000;
    private static final int LOAD_TICKS = 60;
    private static final int SILENT_TICKS = 5;
    private static final int MOST_CLIENTS = 64;
    private static final int LARGEST_LIST = 256 * 1024;
    private static final int SNAPSHOTS = 3;
    private static final int PROBE = 4_096;
    private static final int LARGEST_WISH = 1_024;
    /** Of a transaction's number: the upper half is the epoch, which each new leader counts on. */
    private static final int EPOCH_SHIFT = 32;

    private static final long LAST_OF_EPOCH = 0xffff_ffffL;

    private final Path directory;

    EnsembleFiles(Path directory) {
        this.directory = directory;
    }

    Path data() {
        return directory.resolve("data");
    }

    Path configuration() {
        return directory.resolve(CONFIGURATION);
    }

    int snapshots() {
        return SNAPSHOTS;
    }

    /** {@return whether a server was set up here} The number comes last. */
    boolean exist() {
        return Files.exists(data().resolve("myid"));
    }

    int number() throws IOException {
        String text = Files.readString(data().resolve("myid"), StandardCharsets.US_ASCII)
                .strip();
        if (!text.matches("[1-9][0-9]{0,2}") || Integer.parseInt(text) > EnsembleKeys.LARGEST_NUMBER) {
            throw new IOException(data().resolve("myid") + " has no number of a server: put it back from a backup");
        }
        return Integer.parseInt(text);
    }

    /** Sets up a server that never ran. */
    void create(int number, List<ServerEntry> servers) throws IOException {
        PrivateFiles.directory(directory);
        PrivateFiles.directory(data());
        write(CONFIGURATION + ".dynamic", lines(servers));
        configure(directory.resolve(CONFIGURATION + ".dynamic"));
        PrivateFiles.write(data().resolve("myid"), (number + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Makes {@code zoo.cfg} anew. */
    void refresh() throws IOException {
        configure(list());
    }

    /**
     * Makes sure that the list has this server, at this place. It may not: after a crash before the others had agreed on it, or with another
     * address in the settings. In the list of this server alone it votes, see {@link SettingUp}.
     */
    void ensure(ServerEntry own) throws IOException {
        Path list = list();
        String text = new String(PrivateFiles.read(list, LARGEST_LIST), StandardCharsets.US_ASCII);
        List<ServerEntry> servers = new ArrayList<>(ServerEntry.all(text));
        Optional<ServerEntry> mine =
                servers.stream().filter(each -> each.number() == own.number()).findFirst();
        if (mine.isEmpty() || !mine.get().samePlace(own)) {
            servers.removeIf(each -> each.number() == own.number());
            servers.add(own.voting(mine.map(ServerEntry::voter).orElse(true)));
            PrivateFiles.write(list, lines(servers).getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** {@return whether this wish to go on alone was seen to} */
    boolean sawTo(String wish) throws IOException {
        return Files.exists(wishes())
                && new String(PrivateFiles.read(wishes(), LARGEST_WISH), StandardCharsets.UTF_8).equals(wish);
    }

    void noteSeenTo(String wish) throws IOException {
        PrivateFiles.write(wishes(), wish.getBytes(StandardCharsets.UTF_8));
    }

    private Path wishes() {
        return directory.resolve("alone");
    }

    /**
     * Makes a list with this server only, which is newer than each that the others can have agreed on, and older than the next. A server of
     * another list that hears of it takes it. The server must not run.
     */
    void alone(ServerEntry own) throws IOException {
        long version = Math.max(epoch("currentEpoch"), epoch("acceptedEpoch")) << EPOCH_SHIFT | LAST_OF_EPOCH;
        // what was proposed, and perhaps agreed on by others that are lost
        Files.deleteIfExists(directory.resolve(CONFIGURATION + ".dynamic.next"));
        String name = CONFIGURATION + ".dynamic." + Long.toHexString(version);
        write(name, lines(List.of(own.voting(true))));
        configure(directory.resolve(name));
    }

    private long epoch(String name) throws IOException {
        Path file = data().resolve("version-2").resolve(name);
        String text = Files.exists(file)
                ? Files.readString(file, StandardCharsets.US_ASCII).strip()
                : "0";
        if (!text.matches("[0-9]{1,9}")) {
            throw new IOException(file + " has no number: put " + directory + " back from a backup");
        }
        return Long.parseLong(text);
    }

    /**
     * Writes a block, as the server has to.
     *
     * @throws IOException if that fails, such as by a full disk
     */
    void checkWritable() throws IOException {
        Path probe = data().resolve("probe");
        try {
            PrivateFiles.write(probe, new byte[PROBE]);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private Path list() throws IOException {
        Properties present = new Properties();
        try (var in = Files.newBufferedReader(configuration(), StandardCharsets.UTF_8)) {
            present.load(in);
        }
        String name = Optional.ofNullable(present.getProperty(POINTER)).orElse("");
        // only the file's name counts: the directory may have been moved
        Path file = directory.resolve(name.substring(name.lastIndexOf('/') + 1));
        if (name.isEmpty() || !Files.isRegularFile(file)) {
            throw new IOException(configuration() + " names no list of servers that is there: put " + directory
                    + " back from a backup, or remove it and join again with a new token");
        }
        return file;
    }

    private void configure(Path list) throws IOException {
        write(
                CONFIGURATION,
                String.join(
                        "\n",
                        "dataDir=" + data(),
                        POINTER + "=" + list,
                        "tickTime=" + TICK_MILLIS,
                        "initLimit=" + LOAD_TICKS,
                        "syncLimit=" + SILENT_TICKS,
                        "maxClientCnxns=" + MOST_CLIENTS,
                        "standaloneEnabled=false",
                        "reconfigEnabled=true",
                        "quorumListenOnAllIPs=true",
                        "sslQuorum=true",
                        "portUnification=false",
                        ""));
    }

    private void write(String name, String text) throws IOException {
        PrivateFiles.write(directory.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private static String lines(List<ServerEntry> servers) {
        return servers.stream().map(ServerEntry::line).collect(Collectors.joining("\n", "", "\n"));
    }
}
