package io.mnedc.codec;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The test vectors of docs/protocol-vectors.txt, whose head explains the format. */
record Vectors(String kind, String name, ByteBuffer bytes, char outcome, String expected) {
    static final char SAME = '=';
    static final char OTHER_BYTES = '~';
    static final char REFUSED = '!';
    static final char INCOMPLETE = '.';

    private static final int MOST_BYTES = 1 << 18;
    private static final List<Vectors> ALL = parse();

    /** A copy, for nobody is to change a vector. */
    @Override
    public ByteBuffer bytes() {
        return ByteBuffer.allocate(bytes.limit()).put(bytes.duplicate()).flip();
    }

    @Override
    public String toString() {
        return kind + " " + name;
    }

    static List<Vectors> ofKind(String kind) {
        return all().stream().filter(vector -> vector.kind.equals(kind)).toList();
    }

    static List<Vectors> all() {
        return ALL;
    }

    private static List<Vectors> parse() {
        List<Vectors> vectors = new ArrayList<>();
        String[] head = {"", ""};
        ByteBuffer bytes = ByteBuffer.allocate(MOST_BYTES);
        for (String raw : lines()) {
            String line = raw.replaceFirst("#.*", "").trim();
            if (line.startsWith("[")) {
                head = line.substring(1, line.length() - 1).split(" ", 2);
                bytes.clear();
            } else if (line.matches("[=~!] .*|\\.\\.\\.")) {
                ByteBuffer copy = ByteBuffer.allocate(bytes.position()).put(bytes.flip());
                vectors.add(new Vectors(
                        head[0],
                        head[1],
                        copy.flip(),
                        line.charAt(0),
                        line.substring(1).trim()));
            } else if (!line.isEmpty()) {
                putHex(line, bytes);
            }
        }
        return List.copyOf(vectors);
    }

    static void putHex(String line, ByteBuffer bytes) {
        for (String token : line.split("\\s+", -1)) {
            int star = token.indexOf('*');
            byte value = (byte) HexFormat.fromHexDigits(token.substring(0, 2));
            int times = star < 0 ? 1 : Integer.parseInt(token.substring(star + 1));
            for (int i = 0; i < times; i++) {
                bytes.put(value);
            }
        }
    }

    private static List<String> lines() {
        // Maven tells the module's directory; an IDE may start elsewhere in the tree
        String start = System.getProperty("basedir", System.getProperty("user.dir", "."));
        Path directory = Path.of(start).toAbsolutePath();
        for (Path at = directory; at != null; at = at.getParent()) {
            Path file = at.resolve("docs").resolve("protocol-vectors.txt");
            if (Files.exists(file)) {
                try {
                    return Files.readAllLines(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        throw new IllegalStateException("no docs/protocol-vectors.txt above " + directory);
    }
}
