package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.Overlay;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.tool.Servers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What somebody sees who reads everything on the relay's host. */
@ExtendWith(NeedsLab.class)
class CaptureTest {
    /** Sixteen bytes, which is what ping can repeat in its payload. */
    private static final String PLAINTEXT = "plain-known-text";

    private static final int PINGS = 5;

    @TempDir
    Path directory;

    @Test
    void theRelaysHostSeesNothingOfWhatIsSentWhenItIsSealed() throws IOException {
        try (Overlay overlay = Overlay.start(NeedsLab.directory(CaptureTest.class))) {
            assertThat(occurrences(capture(overlay.awaitReady()))).isZero();
        }
    }

    /** Shows that the test above could fail. */
    @Test
    void theRelaysHostSeesItAllWithSecurityNone() throws IOException {
        try (Overlay overlay =
                Overlay.startUnsecured(NeedsLab.directory(CaptureTest.class).resolve("none"))) {
            assertThat(occurrences(capture(overlay.awaitReady()))).isGreaterThan(PINGS);
        }
    }

    /** Everything that crosses the relay's host while a known text goes from a to b and back in several ways. */
    private Path capture(Overlay overlay) {
        JavaTool.serve(overlay.b().host());
        Path file = directory.resolve("capture.pcap");
        LabProcess tcpdump = overlay.relay()
                .host()
                .start("tcpdump", "-i", "any", "-U", "-s", "0", "-B", "65536", "-Z", "root", "-w", file.toString());
        tcpdump.awaitLog(Pattern.compile("listening on"), Duration.ofSeconds(20));

        DeviceProcess a = overlay.a();
        String pattern = HexFormat.of().formatHex(PLAINTEXT.getBytes(StandardCharsets.US_ASCII));
        for (String address : new String[] {overlay.b().ipv4(), overlay.b().ipv6()}) {
            a.host()
                    .exec("ping", "-n", "-c" + PINGS, "-i0.1", "-W5", "-s1000", "-p", pattern, address)
                    .orThrow();
        }
        String url = "http://" + overlay.b().ipv4() + ":" + Servers.HTTP_PORT + "/hash/10/1";
        a.host().exec("curl", "-sS", "-m20", "-H", "X-Text: " + PLAINTEXT, url).orThrow();

        assertThat(tcpdump.stop(Duration.ofSeconds(20))).as(tcpdump.tail()).isZero();
        assertThat(file).as("the capture holds the frames").isNotEmptyFile();
        assertThat(file.toFile().length()).isGreaterThan(2L * PINGS * 2 * 1000);
        return file;
    }

    private static int occurrences(Path file) throws IOException {
        // as Latin-1 a byte is a character
        String all = Files.readString(file, StandardCharsets.ISO_8859_1);
        int found = 0;
        for (int at = all.indexOf(PLAINTEXT); at >= 0; at = all.indexOf(PLAINTEXT, at + 1)) {
            found++;
        }
        return found;
    }
}
