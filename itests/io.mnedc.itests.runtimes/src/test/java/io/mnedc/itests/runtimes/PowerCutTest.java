package io.mnedc.itests.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.NodeProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Seed;
import io.mnedc.lab.Waits;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Power fails, twenty times in all: kill -9 at random moments of the first start, of a new configuration, of running. */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PowerCutTest {
    private final Random random = Seed.random(PowerCutTest.class);
    private NestedNats nats;
    private RelayProcess relay;
    private DeviceProcess a;
    private long startMillis;

    /** Four cuts are in the relay's first start, which makes its CA, and begins its book of leases. */
    @BeforeAll
    void start() {
        nats = NestedNats.build(NeedsLab.directory(PowerCutTest.class));
        relay = RelayProcess.start(nats.relay());
        for (int i = 0; i < 4; i++) {
            cut(relay, 2000);
        }
        relay.awaitReady();
        String token = RelayProcess.token(nats.relay(), "--id", "a");
        long begin = System.nanoTime();
        a = DeviceProcess.join(nats.a(), "a", token).awaitReady();
        startMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        System.out.println("a device starts in " + startMillis + " ms");
    }

    @AfterAll
    void stop() {
        if (nats != null) {
            nats.close();
        }
    }

    /** Its token can be used once: whatever has come of that when the power fails, it must be enrolled afterwards. */
    @Test
    void aDeviceIsCutOffInItsFirstStarts() {
        DeviceProcess b = DeviceProcess.join(nats.b(), "b", RelayProcess.token(nats.relay(), "--id", "b"));
        for (int i = 0; i < 6; i++) {
            cut(b, startMillis);
        }
        b.awaitReady();
        Waits.reached(a, b);
    }

    @Test
    void aDeviceIsCutOffWhenItGetsANewConfiguration() throws IOException {
        String address = a.ipv4();
        for (int mtu = 1301; mtu <= 1305; mtu++) {
            change(a.data().resolve("etc/io.mnedc.device.config"), mtu);
            cut(a, 1500);
            assertThat(a.awaitReady().ipv4()).isEqualTo(address);
            // Config Admin's own copy may be the old one, until the file has been read
            String wanted = mtu + "\n";
            Waits.until(
                    "the MTU of the file, " + mtu,
                    Waits.LONG,
                    () -> a.host()
                            .exec("cat", "/sys/class/net/" + a.tun() + "/mtu")
                            .output()
                            .equals(wanted));
        }
    }

    @Test
    void deviceAndRelayAreCutOffWhileTheyRun() {
        DeviceProcess c = DeviceProcess.join(nats.c(), "c", RelayProcess.token(nats.relay(), "--id", "c"));
        String address = c.ipv4();
        Waits.reached(a, c);
        for (int i = 0; i < 5; i++) {
            NodeProcess cut = i % 2 == 0 ? c : relay;
            cut(cut, 700);
            relay.awaitReady();
            assertThat(c.awaitReady().ipv4()).isEqualTo(address);
            Waits.reached(a, c);
        }
    }

    /** Kills it, some time after now, and lets it start again. */
    private void cut(NodeProcess node, long withinMillis) {
        long millis = random.nextInt((int) withinMillis);
        System.out.println("cut " + node.name() + " after " + millis + " ms");
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        node.kill();
        node.startAgain();
    }

    private static void change(Path file, int mtu) throws IOException {
        String settings = Files.readString(file).replaceAll("(?m)^mtu=.*\n", "");
        Files.writeString(file, settings + "mtu=I\"" + mtu + "\"\n");
    }
}
