package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.LeaseStore.Entry;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class KilledRelayTest {
    private static final int KILLS = 3;
    private static final int LEASES_BEFORE_KILL = 300;

    @TempDir
    Path directory;

    @Test
    @Timeout(180)
    void leaseSurvivesKillMinusNine() throws Exception {
        Map<String, Integer> acknowledged = new HashMap<>();
        for (int kill = 1; kill <= KILLS; kill++) {
            leaseUntilKilled("k" + kill + "-", acknowledged);
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(kill * LEASES_BEFORE_KILL);

            try (StoredLeases store = StoredLeases.in(directory)) {
                Map<String, Integer> stored = new HashMap<>();
                for (Entry entry : store.entries()) {
                    stored.put(entry.deviceId(), entry.node());
                }
                assertThat(stored).containsAllEntriesOf(acknowledged);
                assertThat(stored.values()).doesNotHaveDuplicates();
            }
        }
    }

    private void leaseUntilKilled(String prefix, Map<String, Integer> acknowledged) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Leasing.class.getName(),
                        directory.toString(),
                        prefix)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            int count = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                // the last line may be cut
                if (line.endsWith(";")) {
                    String[] parts = line.substring(0, line.length() - 1).split("=", 2);
                    acknowledged.put(parts[0], Integer.valueOf(parts[1]));
                }
                if (++count == LEASES_BEFORE_KILL) {
                    // by the handle, which leaves what was printed to be read
                    process.toHandle().destroyForcibly();
                }
            }
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
