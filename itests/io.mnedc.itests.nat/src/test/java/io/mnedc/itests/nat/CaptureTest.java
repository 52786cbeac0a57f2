package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.NestedOverlay;
import io.mnedc.lab.NodeProcess;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.tool.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    /** Sent in the clear behind all else: what the kernel has seen before it is in the file before it. */
    private static final String END = "here-is-the-end-";

    private static final int PINGS = 5;

    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void theRelaysHostSeesNothingOfWhatIsSentWhenItIsSealed() {
        try (NestedOverlay overlay = NestedOverlay.start(NeedsLab.directory(CaptureTest.class))) {
            assertThat(occurrences(capture(overlay.awaitReady()))).isZero();
        }
    }

    /** Shows that the test above could fail. */
    @Test
    void theRelaysHostSeesItAllWithSecurityNone() {
        try (NestedOverlay overlay = NestedOverlay.startUnsecured(
                NeedsLab.directory(CaptureTest.class).resolve("none"))) {
            assertThat(occurrences(capture(overlay.awaitReady()))).isGreaterThan(PINGS);
        }
    }

    /** Everything that crosses the relay's host while a known text goes from a to b and back in several ways. */
    private Path capture(NestedOverlay overlay) {
        JavaTool.serve(overlay.b().host());
        Path file = directory.resolve("capture.pcap");
        LabProcess tcpdump = overlay.relay()
                .host()
                .start(
                        "tcpdump",
                        "-i",
                        "any",
                        // each packet is handed over as it comes: otherwise the kernel keeps some for a while
                        "--immediate-mode",
                        "-U",
                        "-s",
                        "0",
                        "-B",
                        "65536",
                        "-Z",
                        "root",
                        "-w",
                        file.toString());
        tcpdump.awaitLog(Pattern.compile("listening on"), NodeProcess.READY_BOUND);

        DeviceProcess a = overlay.a();
        for (String address : new String[] {overlay.b().ipv4(), overlay.b().ipv6()}) {
            ping(a.host(), address, PINGS, PLAINTEXT);
        }
        String url = "http://" + overlay.b().ipv4() + ":" + Servers.HTTP_PORT + "/hash/10/1";
        a.host().exec("curl", "-sS", "-m20", "-H", "X-Text: " + PLAINTEXT, url).orThrow();

        Host relay = overlay.relay().host();
        ping(relay, relay.address(), 1, END);
        Conversations.await("the last packet is in the capture", BOUND, () -> occurrences(file, END) > 0);
        assertThat(tcpdump.stop(BOUND)).as(tcpdump.tail()).isZero();
        assertThat(tcpdump.tail()).as("nothing was missed").containsPattern("(?m)^0 packets dropped by kernel");
        assertThat(file.toFile().length()).as("the capture holds the frames").isGreaterThan(2L * PINGS * 2 * 1000);
        return file;
    }

    private static void ping(Host from, String address, int count, String text) {
        String pattern = HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
        from.exec("ping", "-n", "-c" + count, "-i0.1", "-W5", "-s1000", "-p", pattern, address)
                .orThrow();
    }

    private static int occurrences(Path file) {
        return occurrences(file, PLAINTEXT);
    }

    private static int occurrences(Path file, String text) {
        // as Latin-1 a byte is a character
        String all;
        try {
            all = Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int found = 0;
        for (int at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) {
            found++;
        }
        return found;
    }
}
