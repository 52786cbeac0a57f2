package io.mnedc.fuzz;

import io.mnedc.finder.lan.FinderFuzz;
import io.mnedc.security.JoinToken;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a target begins with: the committed inputs, those of former findings among them, and what is made of the test
 * vectors of the protocol.
 */
public final class Seeds {
    private static final int CONTROL_LENGTH_FIELD = 4;

    /** Vectors beyond this are of one byte many times over: nothing to learn from, and slow. */
    private static final int LARGE = 4_096;

    private Seeds() {}

    /**
     * Collects all of them.
     *
     * @param home the project's directory
     * @param target for which
     * @return the inputs by name
     */
    public static Map<String, byte[]> of(Path home, Target target) throws IOException {
        Map<String, byte[]> seeds = generated(home, target);
        seeds.putAll(committed(home, target));
        return seeds;
    }

    /** The files in {@code inputs/TARGET}. */
    static Map<String, byte[]> committed(Path home, Target target) throws IOException {
        Map<String, byte[]> inputs = new TreeMap<>();
        Path directory = home.resolve("itests/io.mnedc.fuzz/inputs").resolve(target.id());
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    inputs.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            }
        }
        return inputs;
    }

    /** What the test vectors make. */
    static Map<String, byte[]> generated(Path home, Target target) throws IOException {
        Map<String, byte[]> seeds = new TreeMap<>();
        switch (target) {
            case CONTROL ->
                vectors(home).forEach((name, bytes) -> {
                    if (name.startsWith("control ") || name.startsWith("preamble ")) {
                        seeds.put(name, bytes);
                    }
                });
            case DOCUMENTS ->
                vectors(home).forEach((name, bytes) -> {
                    if (name.startsWith("document ")) {
                        seeds.put(name, bytes);
                    }
                });
            case FRAMES ->
                vectors(home).forEach((name, bytes) -> {
                    if (name.startsWith("frame ")) {
                        seeds.put(name, joined(new byte[] {1}, bytes));
                        seeds.put(name + " twice", joined(new byte[] {-1}, bytes, bytes));
                    }
                });
            case HANDSHAKES ->
                vectors(home).forEach((name, bytes) -> {
                    if (name.startsWith("handshake ") || name.startsWith("seal ")) {
                        seeds.put(name, joined(new byte[] {(byte) (name.startsWith("seal ") ? 1 : 0)}, bytes));
                    }
                });
            case TOKENS -> {
                byte[] text = token("relay.example:3334").text().getBytes(StandardCharsets.US_ASCII);
                seeds.put("text", joined(new byte[] {0}, text));
                for (String addresses : List.of("192.0.2.1:3334", "a:1,[2001:db8::1]:65535,b.example:80")) {
                    String encoded = token(addresses.split(",", -1)).text().substring("mnedc1-".length());
                    seeds.put(
                            addresses,
                            joined(new byte[] {1}, Base64.getUrlDecoder().decode(encoded)));
                }
            }
            case FINDER -> {
                seeds.put("srv answer", FinderFuzz.srvAnswer());
                seeds.put("answer of the lan", FinderFuzz.lanAnswer());
                seeds.put("question of the lan", FinderFuzz.lanQuestion());
            }
            case SESSIONS -> seeds.putAll(conversations(vectors(home)));
            default -> {}
        }
        return seeds;
    }

    private static JoinToken token(String... addresses) {
        return new JoinToken(List.of(addresses), "0123456789abcdef".repeat(4), 42, new byte[JoinToken.SECRET_BYTES]);
    }

    /** Each message in each state of each machine, in both security modes. */
    private static Map<String, byte[]> conversations(Map<String, byte[]> vectors) throws IOException {
        Map<String, byte[]> conversations = new TreeMap<>();
        for (int machine = 0; machine < 8; machine++) {
            for (Map.Entry<String, byte[]> vector : vectors.entrySet()) {
                byte[] bytes = vector.getValue();
                boolean isMessage = vector.getKey().startsWith("control ") && bytes.length >= CONTROL_LENGTH_FIELD;
                // the second four are the same machines with the other security mode, which matters to few messages
                if (!isMessage || (machine >= 4 && !vector.getKey().matches(".* (hello|renew|credentials).*"))) {
                    continue;
                }
                var out = new ByteArrayOutputStream();
                var data = new DataOutputStream(out);
                data.write(machine);
                for (String before : List.of("hello", "hello-plain", "welcome", "data-hello", "data-challenge")) {
                    data.write(5);
                    message(data, vectors.getOrDefault("control " + before, new byte[CONTROL_LENGTH_FIELD]));
                    data.write(5);
                    message(data, bytes);
                    data.write(4);
                    data.writeShort(1_000);
                }
                conversations.put(machine + " " + vector.getKey(), out.toByteArray());
            }
        }
        return conversations;
    }

    private static void message(DataOutputStream out, byte[] framed) throws IOException {
        out.write(0);
        out.writeShort(framed.length - CONTROL_LENGTH_FIELD);
        out.write(framed, CONTROL_LENGTH_FIELD, framed.length - CONTROL_LENGTH_FIELD);
    }

    /** The vectors of docs/protocol-vectors.txt, whose head explains the format, by kind and name. */
    static Map<String, byte[]> vectors(Path home) throws IOException {
        Map<String, byte[]> vectors = new TreeMap<>();
        String name = "";
        List<String> hex = new ArrayList<>();
        for (String raw : Files.readAllLines(home.resolve("docs/protocol-vectors.txt"))) {
            String line = raw.replaceFirst("#.*", "").trim();
            if (line.startsWith("[")) {
                name = line.substring(1, line.length() - 1);
                hex.clear();
            } else if (line.matches("[=~!] .*|\\.\\.\\.")) {
                byte[] bytes = bytes(hex);
                if (bytes.length <= LARGE) {
                    vectors.put(name, bytes);
                }
            } else if (!line.isEmpty()) {
                hex.addAll(Arrays.asList(line.split("\\s+", -1)));
            }
        }
        return vectors;
    }

    private static byte[] bytes(List<String> hex) {
        var out = new ByteArrayOutputStream();
        for (String token : hex) {
            int times = token.indexOf('*') < 0 ? 1 : Integer.parseInt(token.substring(token.indexOf('*') + 1));
            for (int i = 0; i < times; i++) {
                out.write(HexFormat.fromHexDigits(token.substring(0, 2)));
            }
        }
        return out.toByteArray();
    }

    private static byte[] joined(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
