package io.mnedc.itests.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README shows the example as it is. */
class ExamplePageTest {
    private static final Path ROOT = Path.of("../..");

    @Test
    void theReadmeShowsTheWholeExample() throws IOException {
        String source = Files.readString(ROOT.resolve(
                "examples/io.mnedc.example.watchman/src/main/java/io/mnedc/example/watchman/Watchman.java"));
        assertThat(Files.readString(ROOT.resolve("README.md")))
                .contains(source.substring(source.indexOf("@Component")));
    }
}
