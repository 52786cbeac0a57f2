package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What systemd-resolved is told, and when; the lab has the real one. */
class ResolvedHookTest {
    private static final String CARD = "lo";

    @TempDir
    Path running;

    private final List<String> run = new ArrayList<>();
    private String answer = "relay.mnedc: 10.0.0.1";
    private String failing = "nothing";
    private String ending = "";
    private int index;
    private ResolvedHook hook;

    @BeforeEach
    void make() throws SocketException {
        // any interface that is there
        index = NetworkInterface.getByName(CARD).getIndex();
        hook = new ResolvedHook(running, this::run);
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
        return text.contains("query") ? answer : "";
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
        List<String> all = List.of(
                "resolvectl dnssec lo no",
                "resolvectl dnsovertls lo no",
                "resolvectl dns lo 10.0.0.1 fd00::1",
                "resolvectl domain lo ~mnedc ~0.0.10.in-addr.arpa",
                "resolvectl --legend=no query relay.mnedc");
        assertThat(run).isEqualTo(all);
        hook.apply(on(CARD, index));
        assertThat(run).isEqualTo(all);
        hook.undo();
        assertThat(run).last().isEqualTo("resolvectl revert lo");
        hook.undo();
        assertThat(run).hasSize(all.size() + 1);
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
        hook = new ResolvedHook(running.resolve("none"), this::run);
        assertThatIOException()
                .isThrownBy(() -> hook.apply(on(CARD, index)))
                .withMessageContaining("does not run here");
        hook = new ResolvedHook(running, this::run);
        assertThatIOException().isThrownBy(() -> hook.apply(on("--help", index)));
        assertThat(run).isEmpty();
    }
}
