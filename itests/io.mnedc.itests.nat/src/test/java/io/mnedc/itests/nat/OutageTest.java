package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedOverlay;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.tool.Transfer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Relay and devices are killed, stopped and come back, while applications go on. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OutageTest {
    private static final Duration BOUND = Duration.ofSeconds(60);

    private NestedOverlay overlay;

    @BeforeAll
    void start() {
        overlay = NestedOverlay.start(NeedsLab.directory(OutageTest.class)).awaitReady();
        overlay.devices().forEach(device -> JavaTool.serve(device.host()));
    }

    @AfterAll
    void stop() {
        if (overlay != null) {
            overlay.close();
        }
    }

    @Test
    void aTransferOutlivesTheRelaysDeathAndAddressesStay() {
        long bytes = 3L << 30;
        List<String> before = addresses();
        List<String> interfaces = interfaces();
        LabProcess transfer = overlay.a()
                .host()
                .start(JavaTool.command(Transfer.class, "up", overlay.b().ipv4(), Long.toString(bytes), "7"));
        long begin = received();
        Conversations.await("the transfer is under way", BOUND, () -> received() - begin > 100 << 20);

        overlay.relay().kill();
        overlay.relay().startAgain();
        overlay.relay().awaitReady();

        assertThat(transfer.isAlive()).as("the relay died during the transfer").isTrue();
        assertThat(transfer.await(Duration.ofMinutes(5))).as(transfer.tail()).isZero();
        assertThat(transfer.tail()).contains("same " + bytes + " bytes");
        pingAll();
        assertThat(interfaces()).isEqualTo(interfaces);
        overlay.devices().forEach(DeviceProcess::awaitReady);
        assertThat(addresses()).isEqualTo(before);
    }

    @Test
    void aKilledDeviceComesBackWithItsAddress() {
        DeviceProcess b = overlay.b();
        String address = b.ipv4();
        b.kill();
        Conversations.await("its interface is gone", BOUND, () -> b.host().hasNothingOf("mnedc", "10.0.0."));

        b.startAgain();

        assertThat(b.awaitReady().ipv4()).isEqualTo(address);
        pingAll();
        Conversations.transfer(overlay.a(), address, 5_000_000);
    }

    @Test
    void aStoppedDeviceLeavesNothingAndComesBack() {
        DeviceProcess a = overlay.a();
        String address = a.ipv4();

        a.stop();

        Conversations.await(
                "its interface and routes are gone", BOUND, () -> a.host().hasNothingOf("mnedc", "10.0.0."));
        a.startAgain();
        assertThat(a.awaitReady().ipv4()).isEqualTo(address);
        pingAll();
    }

    @Test
    void aStoppedRelayComesBackAndDevicesFindIt() {
        List<String> before = addresses();

        overlay.relay().stop();
        overlay.relay().startAgain();
        overlay.relay().awaitReady();

        pingAll();
        assertThat(addresses()).isEqualTo(before);
    }

    @Test
    void aDeviceThatIsCutOffSilentlyIsMissedAndComesBack() {
        Host gate = overlay.nats().lab().host("nat-b1");
        String address = addressOnInterface(overlay.b());
        long before = departuresOfB();

        gate.cut();
        Conversations.await("the relay misses b", BOUND, () -> departuresOfB() > before);
        gate.mend();

        pingAll();
        assertThat(addressOnInterface(overlay.b())).isEqualTo(address);
    }

    private long departuresOfB() {
        return overlay.relay().process().log().stream()
                .filter(line -> line.contains(" b left"))
                .count();
    }

    private void pingAll() {
        for (Conversations.Pair pair : Conversations.pairs(overlay.devices())) {
            Conversations.await(
                    pair + " reachable again",
                    BOUND,
                    () -> pair.from()
                            .host()
                            .exec("ping", "-n", "-c1", "-W1", pair.to().ipv4())
                            .succeeded());
        }
    }

    private List<String> addresses() {
        return overlay.devices().stream().map(OutageTest::addressOnInterface).toList();
    }

    /** What the kernel says, not the log. */
    private static String addressOnInterface(DeviceProcess device) {
        return device.host()
                .exec("ip", "-o", "-4", "address", "show", "dev", device.tun())
                .orThrow()
                .replaceAll("(?s).*inet ([0-9.]+).*", "$1");
    }

    /** With their indices, so that an interface that was made anew shows. */
    private List<String> interfaces() {
        return overlay.devices().stream()
                .map(device -> device.host()
                        .exec("cat", "/sys/class/net/" + device.tun() + "/ifindex")
                        .orThrow())
                .toList();
    }

    private long received() {
        Host.Traffic traffic = overlay.b().host().traffic(overlay.b().tun());
        return traffic.received();
    }
}
