package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Programs of the host, which may do anything. */
@Timeout(60)
class ProgramTest {
    @Test
    void outputIsToldAndIsBounded() throws IOException {
        assertThat(Program.run(List.of("echo", "a  $HOME;b"), () -> false)).isEqualTo("a  $HOME;b");
        assertThat(Program.run(List.of("seq", "100000"), () -> false))
                .hasSizeLessThanOrEqualTo(4096)
                .startsWith("1");
    }

    @Test
    void failureSaysWhatTheProgramSays() {
        assertThatIOException()
                .isThrownBy(() -> Program.run(List.of("ls", "/there is no such thing"), () -> false))
                .withMessageContaining("\"ls /there is no such thing\" has failed")
                .withMessageContaining("No such file");
        assertThatIOException()
                .isThrownBy(() -> Program.run(List.of("mnedc-no-such-program", "x"), () -> false))
                .withMessageContaining("\"mnedc-no-such-program\" cannot be run");
    }

    @Test
    void programThatDoesNotEndIsKilled() {
        assertThatIOException()
                .isThrownBy(() -> Program.run(List.of("sleep", "3600"), () -> false))
                .withMessageContaining("has not ended after 5 s");
        assertThat(ProcessHandle.current()
                        .children()
                        .filter(ProcessHandle::isAlive)
                        .map(each -> each.info().command().orElse("")))
                .noneMatch(command -> command.endsWith("sleep"));
    }

    @Test
    void programThatIsNotWantedAnyMoreIsKilled() {
        assertThatIOException()
                .isThrownBy(() -> Program.run(List.of("sleep", "3600"), () -> true))
                .withMessageContaining("is not waited for any more");
    }

    @Test
    void environmentOfThisProcessStaysHere() throws IOException {
        assertThat(Program.run(List.of("env"), () -> false).split("\\s+"))
                .allMatch(each -> each.matches("(PATH|LC_ALL|DBUS_SYSTEM_BUS_ADDRESS)=.*"));
    }
}
