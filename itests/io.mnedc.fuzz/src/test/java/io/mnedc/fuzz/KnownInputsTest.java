package io.mnedc.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every committed input, those of former findings among them, and every test vector: nothing is wrong with them now. */
class KnownInputsTest {
    static List<Arguments> inputs() throws IOException {
        List<Arguments> inputs = new ArrayList<>();
        for (Target target : Target.values()) {
            for (Map.Entry<String, byte[]> seed :
                    Seeds.committed(Home.PATH, target).entrySet()) {
                inputs.add(Arguments.of(target, seed.getKey(), seed.getValue()));
            }
        }
        return inputs;
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("inputs")
    void isNoFinding(Target target, String name, byte[] input) {
        assertDoesNotThrow(() -> target.run(input), name);
    }

    @ParameterizedTest
    @EnumSource
    void noneOfTheTestVectorsIsAFinding(Target target) throws IOException {
        Seeds.generated(Home.PATH, target).forEach((name, input) -> assertDoesNotThrow(() -> target.run(input), name));
    }

    @ParameterizedTest
    @EnumSource
    void everyTargetHasSeeds(Target target) throws IOException {
        assertThat(Seeds.of(Home.PATH, target)).isNotEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void nothingAtAllIsNoFinding(Target target) {
        assertDoesNotThrow(() -> target.run(new byte[0]));
    }

    /** Not a test of anything: fuzz.sh builds by Maven, but runs for hours without it. */
    @Test
    void classPathIsWrittenDownForTheCommand() throws IOException {
        Files.writeString(
                Home.PATH.resolve("itests/io.mnedc.fuzz/target/classpath"), System.getProperty("java.class.path", ""));
    }
}
