package io.mnedc.relay.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.relay.TestOverlay;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.TestSettings;
import io.mnedc.relay.work.Counter;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A relay that cannot start says why and leaves nothing behind; nor does one that ends while others wait. */
@Timeout(180)
class StartTest {
    @TempDir
    private Path directory;

    private static void nothingIsLeft() throws Exception {
        TestRelay.eventually(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("mnedc-")));
    }

    @Test
    void withoutSecurityThereIsAWarningAtEachStart() throws Exception {
        try (Log log = new Log()) {
            TestRelay.with(new TestSettings()).close();
            TestRelay.with(new TestSettings()).close();
            assertThat(log.lines("security = none"))
                    .hasSize(2)
                    .allMatch(line -> line.contains("WARN") && line.contains("for laboratories only"));
            TestRelay.with(new TestOverlay(directory).settings()).close();
            assertThat(log.lines("security = none")).hasSize(2);
        }
    }

    @Test
    void aDamagedFileIsNamedWithTheCure() throws Exception {
        TestOverlay overlay = new TestOverlay(directory);
        overlay.authority();
        Path damaged = overlay.directory().resolve("ca.crt.pem");
        Files.write(damaged, new byte[0]);
        assertThatThrownBy(() -> TestRelay.with(overlay.settings()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(damaged.toString())
                .hasMessageContaining("put it back from a backup");
        nothingIsLeft();
    }

    @Test
    void aFaultThatNobodyThoughtOfLeavesNothingBehindEither() throws Exception {
        // such rules never come out of a checked configuration
        Policy wrong = new Policy(List.of("nonsense"), Limits.DEFAULT, 6);
        assertThatThrownBy(() -> TestRelay.with(new TestSettings().policy(wrong)))
                .isInstanceOf(IllegalArgumentException.class);
        nothingIsLeft();
    }

    @Test
    void connectionsThatWaitForTheirTurnAreClosedAtTheEnd() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        IdentityProvider frozen = () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new IllegalStateException("no identity");
        };
        List<Socket> waiting = new ArrayList<>();
        TestRelay relay = TestRelay.with(new TestOverlay(directory).settings().identityProvider("frozen"));
        try {
            relay.supply("frozen", 1, frozen);
            for (int i = 0; i < 10; i++) {
                Socket socket = new Socket();
                waiting.add(socket);
                socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(60));
                socket.connect(relay.address());
                socket.getOutputStream().write(0x16);
            }
            TestRelay.eventually(() -> relay.count(Counter.CONNECTIONS) == 10);
        } finally {
            relay.close();
        }
        for (Socket socket : waiting) {
            try (socket) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(relay.relay().services().halfOpen().count()).isZero();
    }
}
