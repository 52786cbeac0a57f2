package io.mnedc.relay.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.Protocol;
import io.mnedc.transport.SendBudget;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What relays write to the store about themselves, and what fits into a message. */
class RelayListTest {
    private static final String KEY = "0123456789abcdef".repeat(4);
    private static final long APART = RelayAnnouncer.LOAD_APART.toNanos();

    private final SendBudget idle = new SendBudget(1000);

    @Test
    void manyRelaysWithManyAddressesFitIntoOneMessage() throws Exception {
        List<RelayRecord> most = new ArrayList<>();
        for (int i = 0; i < Protocol.MAX_RELAYS; i++) {
            List<String> addresses = new ArrayList<>();
            for (int j = 0; j < Protocol.MAX_ADDRESSES; j++) {
                addresses.add("a".repeat(200 + j) + ":3334");
            }
            most.add(new RelayRecord("r".repeat(62) + (10 + i), addresses, 1000));
        }
        ByteBuffer bytes = RelayAnnouncer.encoded(new Relays(most));
        assertThat(bytes.remaining()).isBetween(20_000, Protocol.MAX_MESSAGE + ControlCodec.LENGTH_FIELD);
        Relays told = (Relays) ControlCodec.decode(bytes.duplicate().position(ControlCodec.LENGTH_FIELD));
        assertThat(told.relays())
                .hasSize(Protocol.MAX_RELAYS)
                .allSatisfy(relay -> assertThat(relay.addresses()).isNotEmpty());
        Relays few = new Relays(most.subList(0, 3));
        assertThat(ControlCodec.decode(RelayAnnouncer.encoded(few).position(ControlCodec.LENGTH_FIELD)))
                .isEqualTo(few);
    }

    @Test
    void whatTheStoreSaysOfARelayIsRead() {
        Member member = new Member("relay-a", KEY, List.of("10.0.0.1:3334"), "mnedc/1", 350, false);
        assertThat(Member.parse("relay-a", member.text())).contains(member);
        assertThat(load("load=1000")).contains(1000);
        assertThat(load("load=9999")).contains(1000);
        assertThat(load("load=-1")).contains(0);
        assertThat(load("load=99999999999")).contains(0);
        assertThat(load("color=red")).contains(0);
    }

    private static Optional<Integer> load(String line) {
        return Member.parse("relay-a", "key=" + KEY + "\n" + line + "\n").map(Member::load);
    }

    @Test
    void devicesAreToldOnlyAddressesThatAMessageMayHold() {
        Member member = new Member(
                "relay-a",
                KEY,
                List.of("10.0.0.1:3334", "10.0.0.1:0", "10.0.0.1:99999", "no port", "[fd00::1]:1"),
                "",
                0,
                false);
        assertThat(member.told().addresses()).containsExactly("10.0.0.1:3334", "[fd00::1]:1");
    }

    @Test
    void loadIsToldInStepsAndSeldom() {
        Load load = new Load();
        assertThat(load.now(0, idle, false, 0)).isZero();
        assertThat(load.now(Load.DEVICES / 4 + 10, idle, false, 1)).isEqualTo(250);
        assertThat(load.now(Load.DEVICES / 2, idle, false, APART))
                .as("too soon")
                .isEqualTo(250);
        assertThat(load.now(Load.DEVICES / 2, idle, false, 1 + APART)).isEqualTo(500);
        assertThat(load.now(Load.DEVICES * 3, idle, false, 2 + 2 * APART))
                .as("full by devices, but 1000 is said by people only")
                .isEqualTo(950);
    }

    @Test
    void thatARelayIsDrainedIsToldAtOnce() {
        Load load = new Load();
        assertThat(load.now(Load.DEVICES / 4, idle, false, 0)).isEqualTo(250);
        assertThat(load.now(Load.DEVICES / 4, idle, true, 1)).isEqualTo(1000);
        assertThat(load.now(0, idle, false, 2)).isZero();
        assertThat(RelayAnnouncer.LOAD_APART).isGreaterThanOrEqualTo(Duration.ofSeconds(30));
    }
}
