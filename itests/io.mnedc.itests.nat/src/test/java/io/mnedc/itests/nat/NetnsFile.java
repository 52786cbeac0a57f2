package io.mnedc.itests.nat;

import io.mnedc.lab.Host;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file of /etc that a host of the lab has for itself: {@code ip netns exec} puts it over that of the machine. */
final class NetnsFile implements AutoCloseable {
    private static final Path ALL = Path.of("/etc/netns");

    private final boolean first = !Files.exists(ALL);
    private final Path file;

    NetnsFile(Host host, String name, String content) throws IOException {
        file = Files.createDirectories(ALL.resolve(host.namespace())).resolve(name);
        Files.writeString(file, content);
    }

    Path path() {
        return file;
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(file);
        Files.delete(file.getParent());
        if (first) {
            try {
                Files.deleteIfExists(ALL);
            } catch (DirectoryNotEmptyException e) {
                // another host has files there now
                return;
            }
        }
    }
}
