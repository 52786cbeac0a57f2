package io.mnedc.relay.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.relay.RelayEvent;
import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.security.authority.Revocations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text from elsewhere on its ways into logs and reports. */
class HostileTextTest {
    private static final String HOSTILE = "a\u001b]0;title\u0007\u009b2J\u202eb\u2066c\u200bd\u2028e\ufeff";
    private static final int AT_A_TIME = 40;

    @TempDir
    Path directory;

    private static boolean plain(String text) {
        return text.codePoints().allMatch(PlainText::isPlain);
    }

    /** The codec depends on nothing, so it has rules of its own. */
    @Test
    void theProtocolReplacesWhatLogsReplace() throws Exception {
        StringBuilder sent = new StringBuilder();
        for (int character = 0; character <= Character.MAX_CODE_POINT; character++) {
            if (character < Character.MIN_SURROGATE || character > Character.MAX_SURROGATE) {
                sent.appendCodePoint(character);
            }
            if (sent.length() >= AT_A_TIME || character == Character.MAX_CODE_POINT) {
                String text = sent.toString();
                ByteBuffer bytes = ControlCodec.encode(new Bye(text));
                int length = bytes.getInt();
                assertThat(length).isEqualTo(bytes.remaining());
                Bye received = (Bye) ControlCodec.decode(bytes);
                assertThat(received.reason()).isEqualTo(PlainText.of(text));
                sent.setLength(0);
            }
        }
    }

    @Test
    void theAuditLogCanBeLookedAt() throws Exception {
        try (AuditLog log = AuditLog.open(directory, Clock.systemUTC(), lost -> {})) {
            log.happened(new RelayEvent(Instant.EPOCH, Kind.LEFT, "a", HOSTILE, HOSTILE));
        }
        String written = Files.readString(directory.resolve("audit.jsonl"));
        assertThat(written).contains("\\u202e", "\\u001b", "\\u009b", "\\u200b", "\\ufeff");
        assertThat(written.lines())
                .singleElement()
                .satisfies(line -> assertThat(plain(line)).isTrue());
    }

    @Test
    void aReasonThatSomebodyHasWrittenIntoTheFileIsCleaned() throws Exception {
        Path file = directory.resolve("revoked");
        Files.write(
                file,
                ("press-7 2026-01-02T03:04:05Z " + HOSTILE + "\npress-8 " + HOSTILE + "\n")
                        .getBytes(StandardCharsets.UTF_8));
        Revocations revocations = Revocations.open(file, Clock.systemUTC());

        assertThat(revocations.all()).hasSize(2).allMatch(each -> plain(each.reason()));
    }
}
