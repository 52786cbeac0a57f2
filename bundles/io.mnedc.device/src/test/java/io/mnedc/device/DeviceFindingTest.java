package io.mnedc.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.api.device.RelayTry;
import io.mnedc.api.device.RelayTry.Outcome;
import io.mnedc.api.device.RelayTry.Source;
import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.device.Fixture.Node;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A device whose relay is found by something else than its name. */
@Timeout(180)
class DeviceFindingTest extends InTlsLab {
    private static final String LOOPBACK = "127.0.0.1";

    private void found(Found... relays) {
        lab.fixture.finders = kind -> (domain, limit) -> List.of(relays);
    }

    private Node joining(String id, String relays) throws Exception {
        return joining(id, relays, lab.gate.token(lab.relay).text());
    }

    private Node joining(String id, String relays, String token) throws Exception {
        return lab.device(lab.settings(id, Map.of("relays", relays, "join.token", token)));
    }

    private static List<RelayTry> of(Node node, Source source) {
        return node.device().tries().stream()
                .filter(each -> each.source() == source)
                .toList();
    }

    @Test
    void falseRelayGainsNothingAndTheTrueOneIsUsed() throws Exception {
        TestRelay stranger = lab.fixture.relay(lab.strangers());
        found(new Found(LOOPBACK, stranger.port()), new Found(LOOPBACK, lab.relay.port()));
        Node one = joining("one", "lan");
        one.awaitReady();
        assertThat(stranger.registrations).hasValue(0);
        assertThat(one.device().snapshot().relay()).isEqualTo(LOOPBACK + ":" + lab.relay.port());
        assertThat(one.device().snapshot().relays()).containsExactly("lan");
        // first it has joined, then it has registered
        assertThat(of(one, Source.LAN))
                .extracting(RelayTry::relay, RelayTry::address, RelayTry::outcome)
                .startsWith(
                        tuple("lan", LOOPBACK + ":" + stranger.port(), Outcome.DISTRUSTED),
                        tuple("lan", LOOPBACK + ":" + lab.relay.port(), Outcome.OK))
                .endsWith(tuple("lan", LOOPBACK + ":" + lab.relay.port(), Outcome.OK));
        assertThat(of(one, Source.LAN).get(0).detail()).contains("not the one of the join token");
    }

    @Test
    void falseRelayAloneIsNamedAndTheTrueOneIsTakenWhenItComes() throws Exception {
        TestRelay stranger = lab.fixture.relay(lab.strangers());
        found(new Found(LOOPBACK, lab.relay.port()));
        Node before = joining("one", "lan");
        before.awaitReady();
        Path remembered = lab.home("one").resolve("relay");
        Await.until("remembered", () -> Files.exists(remembered));
        before.device().close();
        Files.delete(remembered);
        found(new Found(LOOPBACK, stranger.port()));
        Node one = lab.device(lab.settings("one", Map.of("relays", "lan")));
        Await.until("told", () -> one.problem().contains("not of this overlay"));
        // anybody can say that: the true one may come at any time
        assertThat(one.state()).isEqualTo(State.CONNECTING);
        assertThat(one.device().snapshot().problem().orElseThrow())
                .startsWith("lan: " + LOOPBACK + ":" + stranger.port() + ": ");
        found(new Found(LOOPBACK, stranger.port()), new Found(LOOPBACK, lab.relay.port()));
        one.awaitReady();
        assertThat(stranger.registrations).hasValue(0);
    }

    @Test
    void whatWorkedLastIsTriedAfterARestartWhileNothingIsFound() throws Exception {
        found(new Found(LOOPBACK, lab.relay.port()));
        Node before = joining("one", "lan");
        before.awaitReady();
        Await.until("remembered", () -> Files.exists(lab.home("one").resolve("relay")));
        before.device().close();
        lab.fixture.finders = kind -> (domain, limit) -> {
            throw new IOException("no relay announces itself");
        };
        Node one = lab.device(lab.settings("one", Map.of("relays", "192.0.2.1:9, lan")));
        one.awaitReady();
        assertThat(one.device().tries().get(0).relay()).isEqualTo("lan");
        assertThat(of(one, Source.ADDRESS))
                .as("it was not the turn of the other")
                .isEmpty();
    }

    @Test
    void hostsOfSrvRecordsAreLookedUpAndTold() throws Exception {
        found(new Found("localhost", lab.relay.port()));
        Node one = joining("one", "srv:example.org");
        one.awaitReady();
        assertThat(one.device().snapshot().relay()).isEqualTo("localhost:" + lab.relay.port());
        assertThat(of(one, Source.SRV)).extracting(RelayTry::outcome).contains(Outcome.OK);
    }

    @Test
    void missingBundleIsNamedAndItsComingIsNoticed() throws Exception {
        Node one = joining("one", "lan", offline());
        Await.until(
                "told",
                () -> of(one, Source.LAN).stream()
                        .anyMatch(each -> each.outcome() == Outcome.NOT_FOUND
                                && each.detail().contains("needs the bundle io.mnedc.finder")));
        RelayFinder finder = (domain, limit) -> List.of(new Found(LOOPBACK, lab.relay.port()));
        lab.fixture.finders = kind -> kind.equals(RelayFinder.LAN) ? finder : null;
        one.awaitReady();
    }

    @Test
    void whatIsMetAtEachPlaceIsToldWhileTheDeviceCannotJoin() throws Exception {
        TestRelay stranger = lab.fixture.relay(lab.strangers());
        found(new Found(LOOPBACK, stranger.port()));
        Node one = joining("one", "lan", offline());
        Await.until("told", () -> one.problem().contains("cannot join"));
        // a slow machine may need more than two seconds for TLS: then the other one fails first
        assertThat(one.problem())
                .containsSubsequence("lan: " + LOOPBACK + ":" + stranger.port() + ": ", "not the one of the join token")
                .containsPattern("(; |join: )" + LOOPBACK + ":\\d+: [^;]*refused");
        assertThat(one.state()).isEqualTo(State.CONNECTING);
        found(new Found(LOOPBACK, lab.relay.port()));
        one.awaitReady();
    }

    /** A token that names a port where nobody listens. */
    private String offline() throws Exception {
        TestRelay gone = lab.fixture.relay(lab.gate);
        String token = lab.gate.token(gone).text();
        gone.close();
        return token;
    }
}
