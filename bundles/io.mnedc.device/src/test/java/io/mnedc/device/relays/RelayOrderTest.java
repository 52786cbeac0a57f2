package io.mnedc.device.relays;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Place;
import io.mnedc.device.dial.Target;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.device.settings.SettingsReader;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a device tries first, at a start and after it has lost its relay. */
class RelayOrderTest {
    private static final RelayAddress A = RelayAddress.parse("10.0.0.1:3334");
    private static final RelayAddress B = RelayAddress.parse("10.0.0.2:3334");
    private static final RelayAddress LAN = RelayAddress.parse("lan");
    private static final RelayAddress TOLD_A = RelayAddress.told("relay-a");
    private static final RelayAddress TOLD_B = RelayAddress.told("relay-b");
    private static final RelayAddress TOLD_C = RelayAddress.told("relay-c");
    private static final RelayAddress TOLD_D = RelayAddress.told("relay-d");

    @TempDir
    Path directory;

    private int loadOfA;

    private RelayDirectory known() {
        DeviceSettings settings = new SettingsReader(
                        Map.of("device.id", "gw-1", "relays", List.of(A.toString()), "data.dir", directory.toString()))
                .read("", () -> directory);
        RelayDirectory known = new RelayDirectory(new TestLoop(), task -> {}, () -> settings);
        known.told(
                new Target(new Place(A, A.host(), A.port()), new InetSocketAddress(A.host(), A.port()), Paths.USUAL),
                new Relays(List.of(
                        new RelayRecord("relay-a", List.of(A.toString()), loadOfA),
                        new RelayRecord("relay-b", List.of(B.toString()), 0),
                        new RelayRecord("relay-c", List.of("10.0.0.3:3334"), 0),
                        new RelayRecord("relay-d", List.of("10.0.0.4:3334"), 0))));
        return known;
    }

    private List<RelayAddress> order(
            List<RelayAddress> listed, @Nullable RelayAddress last, boolean choosing, String left) {
        return new RelayOrder(known()).order(listed, last, choosing, left);
    }

    /** By this device's own order, as the settings have them. */
    private List<RelayAddress> chosen(RelayAddress... known) {
        List<RelayAddress> chosen = new ArrayList<>();
        for (KnownRelay relay : known().inOrder()) {
            for (RelayAddress each : known) {
                if (known().idOf(each).equals(relay.relayId())) {
                    chosen.add(each);
                }
            }
        }
        return chosen;
    }

    @Test
    void atAStartTheSettingsKeepTheirOrderAndTheOthersComeBehind() {
        List<RelayAddress> order = order(List.of(B, LAN, A), null, false, "");
        assertThat(order).startsWith(B, LAN, A).containsSubsequence(chosen(TOLD_C, TOLD_D));
        assertThat(order).contains(TOLD_C, TOLD_D, TOLD_A, TOLD_B).doesNotHaveDuplicates();
    }

    @Test
    void theRelayThatItHasStaysFirst() {
        assertThat(order(List.of(A, B), TOLD_D, false, "")).startsWith(TOLD_D, A, B);
        assertThat(order(List.of(A, B), B, false, "")).startsWith(B, A);
        assertThat(order(List.of(A, B), B, true, "")).startsWith(B);
        assertThat(order(List.of(A, LAN), LAN, true, "")).startsWith(LAN);
    }

    @Test
    void afterALossItChoosesAmongAllRelaysOfTheOverlay() {
        List<RelayAddress> chosen = chosen(A, B, TOLD_C, TOLD_D);
        assertThat(order(List.of(LAN, A, B), null, true, "").subList(0, 5))
                .isEqualTo(List.of(chosen.get(0), chosen.get(1), chosen.get(2), chosen.get(3), LAN));
    }

    @Test
    void theRelayThatItHasLeftComesLast() {
        List<RelayAddress> order = order(List.of(A), A, true, "relay-a");
        assertThat(order.subList(0, 3)).containsExactlyElementsOf(chosen(TOLD_B, TOLD_C, TOLD_D));
        assertThat(order).contains(A);
    }

    @Test
    void aRelayThatWantsNobodyIsNeitherKeptNorTriedBeforeOthers() {
        loadOfA = 1000;
        assertThat(order(List.of(A), A, false, "").subList(0, 3)).doesNotContain(A, TOLD_A);
        assertThat(order(List.of(A, B), A, false, "")).startsWith(B);
    }

    @Test
    void aDeviceThatWasToldNothingTriesItsListAsBefore() {
        DeviceSettings settings = new SettingsReader(
                        Map.of("device.id", "gw-1", "relays", List.of(A.toString()), "data.dir", directory.toString()))
                .read("", () -> directory);
        RelayOrder order = new RelayOrder(new RelayDirectory(new TestLoop(), task -> {}, () -> settings));
        assertThat(order.order(List.of(A, LAN, B), LAN, true, "")).containsExactly(LAN, B, A);
        assertThat(order.order(List.of(A, LAN, B), TOLD_C, false, "")).containsExactly(A, LAN, B);
    }
}
