package io.mnedc.tun;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * Which process has a TUN interface, as far as /proc tells this user. In another network namespace, such as that of a container, an
 * interface of the same name is another one.
 */
final class Occupant {
    private static final String DATA = "-Dmnedc.data=";

    private final Path proc;

    /**
     * @param proc where the kernel tells of processes
     */
    Occupant(Path proc) {
        this.proc = proc;
    }

    /**
     * {@return the process in words, with its data directory if it names one; empty if it is not found}
     *
     * @param name of the interface
     */
    Optional<String> of(String name) {
        Optional<Path> own = namespace(proc.resolve("self"));
        try (var processes = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path process : processes) {
                if (has(process, name) && !isElsewhere(process, own)) {
                    return Optional.of(describe(process));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // another's processes are not for everybody to see
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean isElsewhere(Path process, Optional<Path> own) {
        return own.isPresent()
                && namespace(process).filter(other -> !own.get().equals(other)).isPresent();
    }

    private static Optional<Path> namespace(Path process) {
        try {
            return Optional.of(Files.readSymbolicLink(process.resolve("ns/net")));
        } catch (IOException e) {
            // not told: it may be this one
            return Optional.empty();
        }
    }

    private static boolean has(Path process, String name) {
        try (var descriptors = Files.newDirectoryStream(process.resolve("fd"))) {
            for (Path descriptor : descriptors) {
                if (isTun(descriptor) && owns(process.resolve("fdinfo").resolve(descriptor.getFileName()), name)) {
                    return true;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // it has ended, or is another user's
            return false;
        }
        return false;
    }

    private static boolean isTun(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).endsWith(Path.of("net", "tun"));
        } catch (IOException e) {
            return false;
        }
    }

    /** As tun_chr_show_fdinfo of the kernel's drivers/net/tun.c tells it. */
    private static boolean owns(Path information, String name) {
        try {
            return Files.readAllLines(information).contains("iff:\t" + name);
        } catch (IOException e) {
            return false;
        }
    }

    private static String describe(Path process) {
        String number = "process " + process.getFileName();
        try {
            String line = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
            return Arrays.stream(line.split("\0", -1))
                    .filter(word -> word.startsWith(DATA))
                    .findFirst()
                    .map(word -> number + ", data directory "
                            + word.substring(DATA.length()).replaceAll("[^ -~]", "?"))
                    .orElse(number);
        } catch (IOException e) {
            return number;
        }
    }
}
