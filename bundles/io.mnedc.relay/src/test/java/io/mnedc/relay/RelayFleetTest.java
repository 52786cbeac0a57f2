package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.relay.RelayStatus.OverlayRelay;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.ErrorCode;
import io.mnedc.testing.Await;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the devices of several relays are told of these, and how a relay is emptied. */
@Timeout(300)
class RelayFleetTest extends WithRelays {
    private RelayStatus status(String id) {
        return relay(id).relay().status();
    }

    private RelayAdministration administration(String id) {
        return relay(id).relay().administration().orElseThrow();
    }

    private static List<String> ids(Relays told) {
        return told.relays().stream().map(RelayRecord::relayId).toList();
    }

    /** Reads until the relays are told in this way. */
    private static Relays told(PlainDevice device, String... ids) throws Exception {
        for (int i = 0; i < 100; i++) {
            Relays told = device.await(Relays.class);
            if (ids(told).equals(List.of(ids))) {
                return told;
            }
        }
        throw new AssertionError("never told " + List.of(ids));
    }

    @Test
    void aRelayThatIsAloneTellsNothingAndThoseOfSeveralTellAllThemselvesFirst() throws Exception {
        PlainDevice early = joined("a", "gw-1");
        begin("b");
        linked("a", "b");
        assertThat(ids(early.await(Relays.class)))
                .as("the first that it hears, when there are two")
                .containsExactly("relay-a", "relay-b");
        PlainDevice late = joined("b", "gw-2");
        Relays told = late.await(Relays.class);
        assertThat(ids(told)).containsExactly("relay-b", "relay-a");
        assertThat(told.relays()).allSatisfy(each -> {
            assertThat(each.addresses()).isNotEmpty();
            assertThat(each.load()).isZero();
        });
        begin("c");
        assertThat(told(early, "relay-a", "relay-b", "relay-c").relays()).hasSize(3);
        assertThat(told(late, "relay-b", "relay-a", "relay-c").relays()).hasSize(3);
        assertThat(status("b").relays())
                .extracting(OverlayRelay::relayId)
                .containsExactly("relay-b", "relay-a", "relay-c");
    }

    @Test
    void aRelayIsEmptiedInSmallGroupsAndTakesNobodyUntilItIsToldTo() throws Exception {
        begin("b");
        linked("a", "b");
        List<RelayEvent> events = new CopyOnWriteArrayList<>();
        relay("a").listen(events::add);
        int count = 13;
        List<PlainDevice> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(joined("a", "gw-" + i));
            told(all.get(i), "relay-a", "relay-b");
        }
        assertThat(administration("a").drain()).isEqualTo(count);
        int atFirst = -1;
        for (PlainDevice device : all) {
            Relays told = device.await(Relays.class);
            assertThat(told.relays().get(0))
                    .isEqualTo(new RelayRecord("relay-a", told.relays().get(0).addresses(), 1000));
            ErrorReport asked = device.await(ErrorReport.class);
            assertThat(TestOverlay.code(asked)).isEqualTo(ErrorCode.STOPPING);
            assertThat(asked.fatal()).isTrue();
            assertThat(asked.retryMillis()).isPositive();
            if (atFirst < 0) {
                atFirst = status("a").snapshot().sessions().size();
            }
        }
        assertThat(atFirst).as("still there when the first one is asked").isBetween(count - 5, count - 1);
        Await.until("empty", () -> status("a").snapshot().sessions().isEmpty());
        Identity identity = overlay.identity("gw-0", Instant.now());
        assertThat(TestOverlay.refusal(relay("a").address(), identity, "gw-0")).isEqualTo(ErrorCode.STOPPING);
        joined("b", "gw-0");
        assertThat(load("b", "relay-a")).isEqualTo(1000);
        assertThat(administration("a").undrain()).isTrue();
        assertThat(administration("a").undrain()).isFalse();
        joined("a", "gw-1");
        Await.until("b knows", () -> load("b", "relay-a") < 1000);
        assertThat(events)
                .extracting(RelayEvent::kind)
                .containsSubsequence(RelayEvent.Kind.DRAIN_BEGUN, RelayEvent.Kind.DRAIN_ENDED);
    }

    private int load(String at, String relayId) {
        return status(at).relays().stream()
                .filter(each -> each.relayId().equals(relayId))
                .mapToInt(OverlayRelay::load)
                .findFirst()
                .orElse(-1);
    }

    @Test
    void nobodyIsSentAwayWhileThereIsNoOtherRelay() throws Exception {
        assertThatThrownBy(() -> administration("a").drain())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no other relay");
        begin("b");
        linked("a", "b");
        administration("a").drain();
        relay("b").relay().close();
        Await.until("b is gone", () -> !status("a").relays().get(1).connected());
        PlainDevice device = joined("a", "gw-1");
        Thread.sleep(1500);
        assertThat(status("a").snapshot().sessions()).hasSize(1);
        begin("c");
        linked("a", "c");
        assertThat(TestOverlay.code(device.await(ErrorReport.class))).isEqualTo(ErrorCode.STOPPING);
    }

    @Test
    void theLastRelayCannotLeave() {
        assertThatThrownBy(() -> administration("a").removeRelay("relay-a"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no other relay");
        assertThat(view("a").below("ensemble/removed")).isEmpty();
    }

    @Test
    void aRelayThatIsTakenOutSendsItsDevicesAwayAndStaysOut() throws Exception {
        begin("b");
        linked("a", "b");
        begin("c");
        linked("a", "c");
        linked("b", "c");
        List<RelayEvent> events = new CopyOnWriteArrayList<>();
        relay("a").listen(events::add);
        PlainDevice device = joined("c", "gw-1");
        assertThat(administration("a").removeRelay("relay-d")).isFalse();
        assertThat(administration("a").removeRelay("relay-c")).isTrue();
        assertThat(TestOverlay.code(device.await(ErrorReport.class))).isEqualTo(ErrorCode.STOPPING);
        Await.until(
                "a and b know no c",
                () -> mesh("a").view().size() == 1 && mesh("b").view().size() == 1);
        assertThat(view("a").below("ensemble/removed")).hasSize(1);
        Await.until(
                "it takes nobody",
                () -> TestOverlay.refusal(relay("c").address(), overlay.identity("gw-2", Instant.now()), "gw-2")
                        == ErrorCode.STOPPING);
        // longer than it takes to enter itself
        Thread.sleep(3_000);
        assertThat(view("a").get("relays/relay-c")).as("it does not come back").isEmpty();
        assertThat(mesh("a").view()).hasSize(1);
        assertThat(events).extracting(RelayEvent::kind).contains(RelayEvent.Kind.RELAY_REMOVED);
        joined("b", "gw-1");
    }
}
