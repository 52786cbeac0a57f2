package io.mnedc.tun;

import static io.mnedc.tun.Packets.prefix;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunException.Reason;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunSettings.Prefix;
import io.mnedc.tun.Change.AddressAdded;
import io.mnedc.tun.Change.AddressRemoved;
import io.mnedc.tun.Change.Mtu;
import io.mnedc.tun.Change.RouteAdded;
import io.mnedc.tun.Change.RouteRemoved;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeTest {
    private static final Prefix ONE = prefix("198.18.0.1/24");
    private static final Prefix SAME_NETWORK = prefix("198.18.0.2/24");
    private static final Prefix SIX = prefix("fd00:6d::1/64");
    private static final Prefix ROUTE = prefix("198.18.64.0/24");
    private static final Prefix ROUTE_SIX = prefix("fd00:6e::/64");

    @Test
    void equalSettingsNeedNoChange() {
        TunSettings settings = settings(1400, List.of(ONE, SIX), List.of(ROUTE));
        assertThat(Change.between(settings, settings)).isEmpty();
    }

    @Test
    void onlyWhatDiffersIsTouched() {
        assertThat(Change.between(
                        settings(1400, List.of(ONE), List.of(ROUTE)),
                        settings(9000, List.of(ONE, SIX), List.of(ROUTE, ROUTE_SIX))))
                .containsExactly(new Mtu(1400, 9000), new AddressAdded(SIX), new RouteAdded(ROUTE_SIX));
        assertThat(Change.between(
                        settings(1400, List.of(ONE, SIX), List.of(ROUTE, ROUTE_SIX)),
                        settings(1400, List.of(ONE), List.of(ROUTE))))
                .containsExactly(new RouteRemoved(ROUTE_SIX), new AddressRemoved(SIX));
    }

    @Test
    void whatTheKernelTakesAwayWithAnIpv4AddressIsPutBack() {
        assertThat(Change.between(
                        settings(1400, List.of(ONE, SAME_NETWORK, SIX), List.of(ROUTE, ROUTE_SIX)),
                        settings(1400, List.of(SAME_NETWORK, SIX), List.of(ROUTE, ROUTE_SIX))))
                .containsExactly(
                        new RouteRemoved(ROUTE),
                        new AddressRemoved(ONE),
                        new AddressRemoved(SAME_NETWORK),
                        new AddressAdded(SAME_NETWORK),
                        new RouteAdded(ROUTE));
    }

    @Test
    void aRouteThatComesWithAnAddressIsNotMade() {
        assertThat(Change.between(
                        settings(1400, List.of(), List.of()),
                        settings(1400, List.of(ONE), List.of(prefix("198.18.0.9/24"), ROUTE, ROUTE))))
                .containsExactly(new AddressAdded(ONE), new RouteAdded(ROUTE));
    }

    @Test
    void multicastIsSwitchedOnlyWhereItDiffers() {
        TunSettings off = settings(1400, List.of(ONE), List.of());
        TunSettings on = new TunSettings("tun0", 1400, List.of(ONE), List.of(), true, true);
        assertThat(Change.between(off, on)).containsExactly(new Change.Multicast(true));
        assertThat(Change.between(on, off)).containsExactly(new Change.Multicast(false));
        assertThat(Change.between(on, on)).isEmpty();
    }

    @Test
    void everyChangeCanBeUndone() {
        for (Change change : List.of(
                new Mtu(1, 2),
                new Change.Multicast(true),
                new AddressAdded(ONE),
                new AddressRemoved(ONE),
                new RouteAdded(ROUTE),
                new RouteRemoved(ROUTE))) {
            assertThat(change.inverse()).isNotEqualTo(change);
            assertThat(change.inverse().inverse()).isEqualTo(change);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/24, 10.0.0.7/32, true",
        "10.0.0.0/24, 10.0.0.0/8, true",
        "10.0.0.0/24, 10.0.1.0/24, false",
        "10.0.0.129/25, 10.0.0.127/25, false",
        "0.0.0.0/0, 10.0.0.0/24, true",
        "10.0.0.0/8, ::/0, false",
        "fd00::1/64, fd00::2/128, true",
        "fd00::1/64, fd00:0:0:1::/64, false"
    })
    void networksOverlapIfOneHoldsTheOther(String one, String other, boolean overlap) {
        assertThat(Networks.overlap(prefix(one), prefix(other))).isEqualTo(overlap);
        assertThat(Networks.overlap(prefix(other), prefix(one))).isEqualTo(overlap);
    }

    @Test
    void theOwnInterfaceAndDefaultRoutesDoNotOverlap() {
        List<LocalNetwork> local = List.of(new LocalNetwork(4, prefix("198.18.0.9/16")));
        assertThatExceptionOfType(TunException.class)
                .isThrownBy(() -> Networks.refuseOverlap(settings(1400, List.of(), List.of(ROUTE)), local, 0))
                .returns(Reason.NETWORK_OVERLAP, TunException::reason)
                .withMessageContaining("198.18.64.0/24 overlaps 198.18.0.0/16");
        assertThatCode(() -> Networks.refuseOverlap(settings(1400, List.of(ONE), List.of(ROUTE)), local, 4))
                .doesNotThrowAnyException();
        assertThatCode(() -> Networks.refuseOverlap(settings(1400, List.of(), List.of(prefix("0.0.0.0/0"))), local, 0))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"Windows 11, amd64", "Mac OS X, aarch64", "Linux, arm", "Linux, mips64"})
    void otherPlatformsAreRefusedBeforeAnythingNativeIsTouched(String os, String architecture) {
        assertThatExceptionOfType(TunException.class)
                .isThrownBy(() -> LinuxTunDriver.requireSupported(os, architecture))
                .returns(Reason.UNSUPPORTED, TunException::reason);
    }

    private static TunSettings settings(int mtu, List<Prefix> addresses, List<Prefix> routes) {
        return new TunSettings("tun0", mtu, addresses, routes, true);
    }
}
