package io.mnedc.security.authority;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What tells whether one of the CA's files is another one: they are replaced whole, so each has its own file key. */
final class FileStamps {
    private static final List<String> FILES = List.of(
            CaFiles.CERTIFICATE, CaFiles.KEY, CaFiles.TRUSTED, RelayCertificate.CERTIFICATE, RelayCertificate.KEY);

    private FileStamps() {}

    static List<String> of(Path directory) {
        List<String> stamps = new ArrayList<>();
        for (String name : FILES) {
            stamps.add(of(directory, name));
        }
        return stamps;
    }

    private static String of(Path directory, String name) {
        try {
            var attributes = Files.readAttributes(directory.resolve(name), BasicFileAttributes.class);
            return attributes.lastModifiedTime() + " " + attributes.size() + " "
                    + Objects.toString(attributes.fileKey());
        } catch (IOException e) {
            return "missing";
        }
    }
}
