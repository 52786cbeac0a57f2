package io.mnedc.features.check;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/** What the build has made, where it has made it. */
final class Built {
    /** As Maven writes it. */
    static final String VERSION = Objects.requireNonNull(System.getProperty("mnedc.version"));

    /** As Debian writes it. */
    static final String DEB_VERSION = Objects.requireNonNull(System.getProperty("mnedc.deb.version"));

    /** Of all that is made. */
    static final Instant TIME = Instant.parse(Objects.requireNonNull(System.getProperty("mnedc.time")));

    private Built() {}

    /** {@return a file in the target of a module that is named by its path in the project} */
    static Path file(String module, String name) {
        Path file = Path.of("../..", module, "target", name).normalize();
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing: build " + module + " first");
        }
        return file;
    }
}
