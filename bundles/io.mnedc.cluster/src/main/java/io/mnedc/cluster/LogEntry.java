package io.mnedc.cluster;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a transaction changed, as bytes: a kind (1: here, 2: in a node of its own), the number of keys, and of each its name and its
 * text with a length before it; length -1 if it was removed.
 */
final class LogEntry {
    private static final int HERE = 1;
    private static final int ELSEWHERE = 2;
    private static final int GONE = -1;

    private LogEntry() {}

    static byte[] bytes(Map<String, Optional<String>> changes) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(HERE);
            out.writeInt(changes.size());
            for (Map.Entry<String, Optional<String>> change : changes.entrySet()) {
                out.writeUTF(change.getKey());
                Optional<String> text = change.getValue();
                if (text.isEmpty()) {
                    out.writeInt(GONE);
                } else {
                    byte[] utf8 = text.get().getBytes(StandardCharsets.UTF_8);
                    out.writeInt(utf8.length);
                    out.write(utf8);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("never, in memory", e);
        }
        return bytes.toByteArray();
    }

    /** {@return the entry of a transaction whose changes are in a node of their own} */
    static byte[] elsewhere() {
        return new byte[] {ELSEWHERE};
    }

    static boolean isElsewhere(byte @Nullable [] entry) {
        return entry != null && entry.length == 1 && entry[0] == ELSEWHERE;
    }

    /**
     * Reads an entry.
     *
     * @throws IOException if it is none
     */
    static Map<String, Optional<String>> changes(byte @Nullable [] entry) throws IOException {
        if (entry == null) {
            throw new IOException("empty entry of the log");
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(entry))) {
            int kind = in.readByte();
            int count = in.readInt();
            if (kind != HERE) {
                throw new IOException("unknown kind " + kind + " of an entry of the log");
            }
            Map<String, Optional<String>> changes = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                String key = in.readUTF();
                int length = in.readInt();
                if (length > in.available()) {
                    throw new IOException("cut entry of the log");
                }
                changes.put(
                        key,
                        length == GONE
                                ? Optional.empty()
                                : Optional.of(new String(in.readNBytes(length), StandardCharsets.UTF_8)));
            }
            return changes;
        } catch (IllegalArgumentException e) {
            throw new IOException("bad length in an entry of the log", e);
        }
    }
}
