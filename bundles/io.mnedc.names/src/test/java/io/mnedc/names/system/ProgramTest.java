package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs of the host, which may do anything. */
@Timeout(60)
class ProgramTest {
    @TempDir
    Path temporary;

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

    @Test
    void programsOfTheSystemComeBeforeThoseOfPath() throws IOException {
        Path directory = temporary.toRealPath();
        Path own = program(directory.resolve("ls"));
        assertThat(Program.find("ls", directory.toString())).isNotEqualTo(own).isExecutable();
        Path other = program(directory.resolve("mnedc-test"));
        assertThat(Program.find("mnedc-test", "::relative:" + directory)).isEqualTo(other);
        for (String path : List.of("", ":", ".:relative", directory + "/none")) {
            assertThatIOException()
                    .as(path)
                    .isThrownBy(() -> Program.find("mnedc-test", path))
                    .withMessageContaining("\"mnedc-test\" cannot be run: it is neither in /usr/bin, ")
                    .withMessageContaining("install it");
        }
    }

    @Test
    void rootDoesNotRunWhatAnotherUserCanChange() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")));
        Path directory = Files.createDirectory(temporary.toRealPath().resolve("bin"));
        Path program = program(directory.resolve("mnedc-test"));
        assertThat(Program.find("mnedc-test", directory.toString())).isEqualTo(program);
        for (Path each : List.of(program, directory)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xrwx"));
            assertThatIOException()
                    .isThrownBy(() -> Program.find("mnedc-test", directory.toString()))
                    .withMessageContaining(
                            "\"" + program + "\" is not run as root: " + each + " can be changed by others")
                    .withMessageContaining("chmod go-w " + each);
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static Path program(Path file) throws IOException {
        Files.writeString(file, "#!/bin/sh\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return file;
    }
}
