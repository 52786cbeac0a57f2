package io.mnedc.lab.junit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mnedc.lab.Lab;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips the tests of a class where no lab can be built; fails them when MNEDC_REQUIRE_LAB=true. Removes what an earlier run
 * left in the class's directory: devices would come with the keys that they had then.
 */
public final class NeedsLab implements BeforeAllCallback {
    /** Made by JUnit. */
    public NeedsLab() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        List<String> missing = Lab.missing();
        if (!missing.isEmpty() && "true".equals(System.getenv("MNEDC_REQUIRE_LAB"))) {
            throw new AssertionError("with MNEDC_REQUIRE_LAB=true the lab lacks " + String.join(", ", missing));
        }
        clear(directory(context.getRequiredTestClass()));
        assumeTrue(missing.isEmpty(), () -> "no lab here, missing: " + String.join(", ", missing));
    }

    /** Where the lab of a test class keeps its files: left there for a look after a failure. */
    public static Path directory(Class<?> test) {
        return Path.of("target", "lab", test.getSimpleName());
    }

    private static void clear(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
