package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mnedc.lab.Lab;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Skips the tests of a class where no lab can be built; fails them when MNEDC_REQUIRE_LAB=true. */
final class NeedsLab implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) {
        List<String> missing = Lab.missing();
        if ("true".equals(System.getenv("MNEDC_REQUIRE_LAB"))) {
            assertThat(missing)
                    .as("what the lab lacks, with MNEDC_REQUIRE_LAB=true")
                    .isEmpty();
        }
        assumeTrue(missing.isEmpty(), () -> "no lab here, missing: " + String.join(", ", missing));
    }

    /** Where the lab of a test class keeps its files: left there for a look after a failure. */
    static Path directory(Class<?> test) {
        return Path.of("target", "lab", test.getSimpleName());
    }
}
