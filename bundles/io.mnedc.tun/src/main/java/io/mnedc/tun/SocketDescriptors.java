package io.mnedc.tun;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The descriptors that this process has open. */
final class SocketDescriptors {
    private static final Logger LOG = LoggerFactory.getLogger(SocketDescriptors.class);
    private static final Path OPEN = Path.of("/proc/self/fd");

    private SocketDescriptors() {}

    /** {@return the first descriptor that is the one looked for; -1 if there is none} */
    static int find(IntPredicate wanted) {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(OPEN)) {
            for (Path one : all) {
                int fd = Integer.parseInt(one.getFileName().toString());
                if (wanted.test(fd)) {
                    return fd;
                }
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
            LOG.debug("no list of descriptors", e);
        }
        return -1;
    }
}
