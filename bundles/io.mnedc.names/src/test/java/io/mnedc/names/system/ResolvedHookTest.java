package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.mnedc.testing.Log;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd-resolved is told, and when; the lab has the real one. */
class ResolvedHookTest {
    private static final String CARD = "lo";
    private static final String RIGHT = "relay.mnedc: 10.0.0.1";

    private static final List<String> ALL = List.of(
            "resolvectl dnssec lo no",
            "resolvectl dnsovertls lo no",
            "resolvectl dns lo 10.0.0.1 fd00::1",
            "resolvectl domain lo ~mnedc ~0.0.10.in-addr.arpa",
            "resolvectl --legend=no query relay.mnedc");

    @TempDir
    Path running;

    /** As /proc. */
    @TempDir
    Path processes;

    private final List<String> run = new ArrayList<>();
    private String answer = RIGHT;
    private boolean rightNextTime;
    private String failing = "nothing";
    private String ending = "";
    private int index;
    private ResolvedHook hook;
    private final AtomicLong clock = new AtomicLong();

    @BeforeEach
    void make() throws SocketException {
        // any interface that is there
        index = NetworkInterface.getByName(CARD).getIndex();
        hook = hook(running, false);
    }

    private ResolvedHook hook(Path directory, boolean optional) {
        return new ResolvedHook(directory, new ResolvedProcess(processes), optional, this::run, clock::get);
    }

    private String run(List<String> command, BooleanSupplier givenUp) throws IOException {
        String text = String.join(" ", command);
        run.add(text);
        assertThat(givenUp.getAsBoolean()).isFalse();
        if (text.equals(ending)) {
            hook.end();
            assertThat(givenUp.getAsBoolean()).isTrue();
        }
        if (text.contains(failing)) {
            throw new IOException("\"" + text + "\" has failed");
        }
        if (!text.contains("query")) {
            return "";
        }
        String now = answer;
        if (rightNextTime) {
            answer = RIGHT;
        }
        if (now.equals("!")) {
            throw new IOException("\"" + text + "\" has failed");
        }
        return now;
    }

    private Wanted on(String card, int number) {
        return new Wanted(
                new Wanted.Link(
                        card,
                        number,
                        List.of("10.0.0.1", "fd00::1"),
                        List.of("mnedc", "0.0.10.in-addr.arpa"),
                        "relay.mnedc"),
                List.of());
    }

    @Test
    void interfaceIsToldOnceAndRevertedAtTheEnd() throws IOException {
        hook.apply(on(CARD, index));
        assertThat(run).isEqualTo(ALL);
        hook.apply(on(CARD, index));
        assertThat(run).isEqualTo(ALL);
        hook.undo();
        assertThat(run).last().isEqualTo("resolvectl revert lo");
        hook.undo();
        assertThat(run).hasSize(ALL.size() + 1);
    }

    @Test
    void interfaceThatIsMadeAgainIsToldAgainAndOneThatHasGoneIsNotReverted() throws IOException {
        hook.apply(on(CARD, index + 1000));
        hook.apply(on(CARD, index + 1001));
        assertThat(run).filteredOn(each -> each.startsWith("resolvectl dns ")).hasSize(2);
        hook.undo();
        assertThat(run).noneMatch(each -> each.contains("revert"));
    }

    @Test
    void failureIsUndoneAndTold() {
        failing = " domain ";
        assertThatIOException()
                .isThrownBy(() -> hook.apply(on(CARD, index)))
                .withMessageContaining("resolvectl domain lo");
        assertThat(run).last().isEqualTo("resolvectl revert lo");
    }

    @Test
    void whatIsBegunIsNotGoneOnWithAtTheEndAndIsUndone() {
        ending = "resolvectl dnssec lo no";
        assertThatIOException().isThrownBy(() -> hook.apply(on(CARD, index)));
        assertThat(run).containsExactly("resolvectl dnssec lo no", "resolvectl revert lo");
    }

    @Test
    void answerOfSomebodyElseIsUndone() {
        answer = "relay.mnedc: 192.0.2.1";
        assertThatIOException()
                .isThrownBy(() -> hook.apply(on(CARD, index)))
                .withMessageContaining("another address for relay.mnedc: relay.mnedc: 192.0.2.1");
        assertThat(run).last().isEqualTo("resolvectl revert lo");
    }

    @Test
    void nothingIsRunWithoutSystemdResolvedOrWithANameThatMayBeAnOption() {
        hook = hook(running.resolve("none"), false);
        assertThatIOException()
                .isThrownBy(() -> hook.apply(on(CARD, index)))
                .withMessageContaining("does not run here");
        hook = hook(running, false);
        assertThatIOException().isThrownBy(() -> hook.apply(on("--help", index)));
        assertThat(run).isEmpty();
    }

    @Test
    void itIsAskedOnceAMinuteAndToldAgainOnlyIfItHasLostIt() throws Exception {
        hook.apply(on(CARD, index));
        run.clear();
        pass(Duration.ofSeconds(59));
        hook.apply(on(CARD, index));
        assertThat(run).isEmpty();
        pass(Duration.ofSeconds(1));
        hook.apply(on(CARD, index));
        hook.apply(on(CARD, index));
        assertThat(run).containsExactly(ALL.get(4));
        for (String lost : List.of("relay.mnedc: 192.0.2.1", "!")) {
            run.clear();
            answer = lost;
            rightNextTime = true;
            pass(Duration.ofMinutes(1));
            String log = Log.of(() -> {
                hook.apply(on(CARD, index));
                hook.apply(on(CARD, index));
            });
            assertThat(run).containsExactly(ALL.get(4), ALL.get(0), ALL.get(1), ALL.get(2), ALL.get(3), ALL.get(4));
            assertThat(log.lines().filter(line -> line.contains("had lost"))).hasSize(1);
        }
    }

    @Test
    void whatCannotBeToldAgainIsUndoneAndToldAnewLater() throws Exception {
        hook.apply(on(CARD, index));
        pass(Duration.ofMinutes(1));
        failing = "resolvectl d";
        answer = "!";
        assertThatIOException().isThrownBy(() -> hook.apply(on(CARD, index)));
        assertThat(run).last().isEqualTo("resolvectl revert lo");
        failing = "nothing";
        answer = RIGHT;
        run.clear();
        hook.apply(on(CARD, index));
        assertThat(run).isEqualTo(ALL);
    }

    @Test
    void oneThatComesLaterIsUsedAndOneThatGoesIsNoProblemWhereItMayBeMissing() throws Exception {
        Path later = running.resolve("later");
        hook = hook(later, true);
        assertThat(hook.apply(on(CARD, index))).contains("does not run here");
        assertThat(run).isEmpty();
        Files.createDirectory(later);
        assertThat(hook.apply(on(CARD, index))).isEmpty();
        assertThat(run).isEqualTo(ALL);
        Files.delete(later);
        assertThat(hook.apply(on(CARD, index))).contains("does not run here");
        Files.createDirectory(later);
        // what it has forgotten meanwhile it is told again
        assertThat(hook.apply(on(CARD, index))).isEmpty();
        assertThat(run).hasSize(2 * ALL.size());
        hook.undo();
        assertThat(run).last().isEqualTo("resolvectl revert lo");
    }

    @Test
    void oneThatHasEndedIsNotStartedAgainByAskingWhereItMayBeMissing() throws Exception {
        process("1", "systemd");
        process("20", "dbus-daemon");
        hook = hook(running, true);
        assertThat(hook.apply(on(CARD, index))).contains("does not run here");
        assertThat(run).isEmpty();
        process("300", "systemd-resolve");
        assertThat(hook.apply(on(CARD, index))).isEmpty();
        assertThat(run).isEqualTo(ALL);
        Files.delete(processes.resolve("300/comm"));
        pass(Duration.ofMinutes(1));
        assertThat(hook.apply(on(CARD, index))).contains("does not run here");
        assertThat(run).isEqualTo(ALL);
        // where it must be there, asking it has the system start it
        hook = hook(running, false);
        assertThat(hook.apply(on(CARD, index))).isEmpty();
    }

    @Test
    void oneThatHasEndedIsNotStartedAgainAtTheEndWhereItMayBeMissing() throws Exception {
        process("20", "dbus-daemon");
        process("300", "systemd-resolve");
        for (boolean optional : List.of(true, false)) {
            hook = hook(running, optional);
            hook.apply(on(CARD, index));
            run.clear();
            Files.delete(processes.resolve("300/comm"));
            hook.undo();
            assertThat(run).isEqualTo(optional ? List.of() : List.of("resolvectl revert lo"));
            Files.writeString(processes.resolve("300/comm"), "systemd-resolve\n");
        }
        // and one that runs is reverted
        hook = hook(running, true);
        hook.apply(on(CARD, index));
        hook.undo();
        assertThat(run).last().isEqualTo("resolvectl revert lo");
    }

    @Test
    void aProcessThatGoesWhileItIsBeingReadDoesNoHarm() throws Exception {
        process("20", "dbus-daemon");
        // opens, and fails when it is read, as a file of a process that has ended meanwhile
        Files.createDirectories(processes.resolve("21/comm"));
        hook = hook(running, true);
        assertThat(hook.apply(on(CARD, index))).contains("does not run here");
        process("300", "systemd-resolve");
        assertThat(hook.apply(on(CARD, index))).isEmpty();
        assertThat(run).isEqualTo(ALL);
    }

    @Test
    void oneInAnotherNetworkNamespaceIsToldNothing() throws IOException {
        namespace("self", "net:[1]");
        process("300", "systemd-resolve");
        namespace("300", "net:[2]");
        assertThatIOException()
                .isThrownBy(() -> hook.apply(on(CARD, index)))
                .withMessageContaining("another network namespace");
        assertThat(run).isEmpty();
        process("301", "systemd-resolve");
        namespace("301", "net:[1]");
        hook.apply(on(CARD, index));
        assertThat(run).isEqualTo(ALL);
    }

    private void process(String number, String name) throws IOException {
        Files.writeString(Files.createDirectory(processes.resolve(number)).resolve("comm"), name + "\n");
    }

    private void namespace(String number, String name) throws IOException {
        Path directory = Files.createDirectories(processes.resolve(number).resolve("ns"));
        Files.createSymbolicLink(directory.resolve("net"), Path.of(name));
    }

    private void pass(Duration time) {
        clock.addAndGet(time.toNanos());
    }
}
