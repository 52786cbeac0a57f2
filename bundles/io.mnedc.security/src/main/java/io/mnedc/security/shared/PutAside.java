package io.mnedc.security.shared;

import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Fingerprints;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Keeps what somebody has written and another relay has overruled, in files that nobody reads but people. */
final class PutAside {
    private static final String DIRECTORY = "shared/overruled";
    /** The eldest go. */
    private static final int MOST = 100;

    private final Path directory;

    PutAside(Path data) {
        this.directory = data.resolve(DIRECTORY);
    }

    /** {@return where the text is kept now} */
    Path put(String kind, String name, String text) throws IOException {
        PrivateFiles.directory(directory);
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        // by the text, so that the same one is kept once
        String safe = name.replaceAll("[^A-Za-z0-9_-]", "_");
        Path file = directory.resolve(
                kind + "-" + safe + "-" + Fingerprints.hex(content).substring(0, 16));
        PrivateFiles.write(file, content);
        removeEldest();
        return file;
    }

    private void removeEldest() throws IOException {
        List<Path> all = new ArrayList<>();
        try (var files = Files.newDirectoryStream(directory)) {
            files.forEach(all::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        if (all.size() > MOST) {
            all.sort(Comparator.comparing(file -> file.toFile().lastModified()));
            for (Path file : all.subList(0, all.size() - MOST)) {
                Files.deleteIfExists(file);
            }
        }
    }
}
