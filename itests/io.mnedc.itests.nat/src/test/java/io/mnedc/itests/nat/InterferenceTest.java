package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedOverlay;
import io.mnedc.lab.junit.NeedsLab;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Somebody else on a device's host changes its interface, or routes the overlay's packets elsewhere. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InterferenceTest {
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final String POOL = "10.0.0.0/24";

    private NestedOverlay overlay;

    @BeforeAll
    void start() {
        overlay =
                NestedOverlay.start(NeedsLab.directory(InterferenceTest.class)).awaitReady();
    }

    @AfterAll
    void stop() {
        if (overlay != null) {
            overlay.close();
        }
    }

    @Test
    void whatIsTakenFromTheInterfaceIsPutBack() {
        DeviceProcess a = overlay.a();
        String sysctl = "/proc/sys/net/ipv6/conf/" + a.tun() + "/disable_ipv6";
        for (String harm : List.of(
                "ip link set mnedc0 down",
                "ip link set mnedc0 mtu 1290",
                "ip address flush dev mnedc0",
                "ip route del " + POOL + " dev mnedc0",
                "echo 1 > " + sysctl + " && echo 0 > " + sysctl,
                "ip link del mnedc0",
                // the new one
                "ip address flush dev mnedc0 && ip address add 10.0.0.99/24 dev mnedc0",
                "ip link set mnedc0 carrier off")) {
            run(a, harm);
            awaitPing(a, harm);
        }
        assertThat(a.host().exec("cat", "/sys/class/net/mnedc0/mtu").orThrow().trim())
                .isEqualTo("1400");
        assertThat(count(a, "somebody else has changed it; put back: ")).isBetween(6L, 12L);
        assertThat(count(a, " ready: ")).as("the deleted one was made anew").isEqualTo(2);
    }

    @Test
    void aRouteThatTakesTheOverlaysPacketsIsTold() {
        DeviceProcess c = overlay.c();
        for (String[] harmAndCure : new String[][] {
            {"ip route prepend " + POOL + " dev eth0", "ip route del " + POOL + " dev eth0", "dev eth0"},
            {
                "ip route add default dev eth0 table 77 && ip rule add to " + POOL + " table 77",
                "ip rule del to " + POOL + " table 77",
                "table 77"
            },
            {
                "ip route add unreachable " + overlay.b().ipv4(),
                "ip route del unreachable " + overlay.b().ipv4(),
                "unreachable " + overlay.b().ipv4()
            }
        }) {
            long before = count(c, "do not go into interface");
            long over = count(c, "as it should be again");
            run(c, harmAndCure[0]);
            Conversations.await(
                    harmAndCure[0] + " is told", BOUND, () -> count(c, "do not go into interface") > before);
            String last = c.process().log().stream()
                    .filter(line -> line.contains("do not go into interface"))
                    .reduce((first, second) -> second)
                    .orElseThrow();
            assertThat(last).contains(harmAndCure[2]);
            run(c, harmAndCure[1]);
            Conversations.await(harmAndCure[1] + " is told", BOUND, () -> count(c, "as it should be again") > over);
            awaitPing(c, harmAndCure[1]);
        }
    }

    @Test
    void aRouteThatLeadsTheWayToTheRelayIntoTheInterfaceIsTold() {
        DeviceProcess c = overlay.c();
        String relay = overlay.relay().host().address();
        long over = count(c, "as it should be again");
        run(c, "ip route add " + relay + " dev mnedc0");
        Conversations.await(
                "told",
                BOUND,
                () -> count(c, "packets to the relay at " + relay + " go into interface mnedc0 itself") > 0);
        run(c, "ip route del " + relay + " dev mnedc0");
        Conversations.await("told", BOUND, () -> count(c, "as it should be again") > over);
        awaitPing(c, "the route has gone");
    }

    @Test
    void aTugOfWarIsToldOnceAndEnds() {
        DeviceProcess b = overlay.b();
        LabProcess other = b.host()
                .start(
                        "sh",
                        "-c",
                        "for i in $(seq 60); do ip address flush dev mnedc0; sleep 0.1; done; ip link set mnedc0 down");
        Conversations.await("told", BOUND, () -> count(b, "somebody takes away again and again") == 1);
        assertThat(other.await(BOUND)).isZero();

        awaitPing(b, "the end of the tug-of-war");

        Conversations.await("over", BOUND, () -> count(b, "as it should be again") == 1);
        assertThat(count(b, "again and again")).isEqualTo(1);
        assertThat(count(b, "put back: ")).isLessThanOrEqualTo(5);
    }

    private static void run(DeviceProcess device, String command) {
        device.host().exec("sh", "-c", command).orThrow();
    }

    private static long count(DeviceProcess device, String text) {
        return device.process().log().stream()
                .filter(line -> line.contains(text))
                .count();
    }

    private void awaitPing(DeviceProcess from, String after) {
        DeviceProcess to = from == overlay.b() ? overlay.c() : overlay.b();
        for (String address : List.of(to.ipv4(), to.ipv6())) {
            Conversations.await(
                    from.name() + " reaches " + address + " after: " + after,
                    BOUND,
                    () -> from.host().exec("ping", "-n", "-c1", "-W1", address).succeeded());
        }
    }
}
