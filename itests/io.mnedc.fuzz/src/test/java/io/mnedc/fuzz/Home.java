package io.mnedc.fuzz;

import java.nio.file.Path;
import java.util.Objects;

/** Where the project is. */
final class Home {
    static final Path PATH = Path.of(Objects.requireNonNull(System.getProperty("mnedc.home"), "mnedc.home"))
            .toAbsolutePath()
            .normalize();

    private Home() {}
}
