package io.mnedc.relay.settings;

import io.mnedc.api.text.DeviceIds;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The ID of a relay that was given none: made once, at random, and kept. */
public final class RelayIdFile {
    private static final String NAME = "relay.id";
    private static final int BYTES = 6;
    private static final int MOST_READ = 200;

    private RelayIdFile() {}

    /**
     * Reads it, or makes it.
     *
     * @param directory the relay's own
     * @throws IOException if that cannot be done, or something else is in the file; the message has the cure
     */
    public static String of(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            byte[] random = new byte[BYTES];
            new SecureRandom().nextBytes(random);
            String made = "relay-" + HexFormat.of().formatHex(random);
            Path beside = directory.resolve(NAME + ".new");
            Files.writeString(beside, made + "\n", StandardCharsets.US_ASCII);
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
            return made;
        }
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_READ);
        }
        String id = new String(bytes, StandardCharsets.ISO_8859_1).strip();
        if (!DeviceIds.isValid(id)) {
            throw new IOException(file + " has no relay ID: " + DeviceIds.ALLOWED
                    + " are allowed; remove it, and another one is made");
        }
        return id;
    }
}
