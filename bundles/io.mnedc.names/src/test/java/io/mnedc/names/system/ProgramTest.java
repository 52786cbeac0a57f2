package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
    void programThatDoesNotEndIsKilled() throws Exception {
        // tests beside this one have children of their own: this one's are known by their argument
        assertThatIOException()
                .isThrownBy(() -> Program.run(List.of("sleep", "3601"), () -> false))
                .withMessageContaining("has not ended after 5 s");
        for (ProcessHandle child : sleeping("3601")) {
            // killed is not yet gone: the system may take its time
            child.onExit().get(30, TimeUnit.SECONDS);
        }
        assertThat(sleeping("3601")).isEmpty();
    }

    private static List<ProcessHandle> sleeping(String seconds) {
        return ProcessHandle.current()
                .children()
                .filter(ProcessHandle::isAlive)
                .filter(each ->
                        List.of(each.info().arguments().orElse(new String[0])).contains(seconds))
                .toList();
    }

    @Test
    void programThatIsNotWantedAnyMoreIsKilled() throws Exception {
        assertThatIOException()
                .isThrownBy(() -> Program.run(List.of("sleep", "3602"), () -> true))
                .withMessageContaining("is not waited for any more");
        for (ProcessHandle child : sleeping("3602")) {
            child.onExit().get(30, TimeUnit.SECONDS);
        }
        assertThat(sleeping("3602")).isEmpty();
    }

    @Test
    void environmentOfThisProcessStaysHere() throws IOException {
        assertThat(Program.run(List.of("env"), () -> false).split("\\s+"))
                .allMatch(each -> each.matches("(PATH|LC_ALL|DBUS_SYSTEM_BUS_ADDRESS)=.*"));
    }
}
