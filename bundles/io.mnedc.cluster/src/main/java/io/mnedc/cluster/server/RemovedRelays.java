package io.mnedc.cluster.server;

import io.mnedc.api.store.OverlayStore;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.Fingerprints;
import io.mnedc.security.authority.EnsembleKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The relays that were removed from the overlay, as the shared store has them at {@link EnsembleKeys#REMOVED}. They are in a file, too, because a server must know them before it has read any store. Thread-safe.
 */
final class RemovedRelays {
    private static final int LARGEST = 256 * 1024;
    private static final int MOST = 2_000;

    private final Path file;
    private volatile Map<String, Integer> removed = Map.of();

    RemovedRelays(Path directory) throws IOException {
        file = directory.resolve("removed");
        if (Files.exists(file)) {
            removed = read(new String(PrivateFiles.read(file, LARGEST), StandardCharsets.US_ASCII));
        }
    }

    private static Map<String, Integer> read(String text) {
        return text.lines()
                .map(line -> line.split(" ", 2))
                .filter(parts -> parts.length == 2 && isFingerprint(parts[0]) && isNumber(parts[1]))
                .collect(Collectors.toMap(parts -> parts[0], parts -> Integer.parseInt(parts[1]), (a, b) -> b));
    }

    private static boolean isFingerprint(String text) {
        return text.matches("[0-9a-f]{64}");
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,3}");
    }

    /** Takes what the store says. */
    void take(@Nullable OverlayStore store) throws IOException {
        if (store == null) {
            return;
        }
        Map<String, Integer> told = new TreeMap<>();
        store.below(EnsembleKeys.REMOVED).stream().limit(MOST).forEach(entry -> {
            String name = EnsembleKeys.name(entry);
            if (isFingerprint(name) && isNumber(entry.value())) {
                told.put(name, Integer.parseInt(entry.value()));
            }
        });
        if (!told.equals(removed)) {
            removed = Map.copyOf(told);
            String text = told.entrySet().stream()
                    .map(each -> each.getKey() + " " + each.getValue() + "\n")
                    .collect(Collectors.joining());
            PrivateFiles.write(file, text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** {@return whether the relay with this certificate is one of them} */
    boolean has(X509Certificate certificate) {
        return removed.containsKey(Fingerprints.of(certificate.getPublicKey()));
    }

    /**
     * {@return whether its server is out of the ensemble, too} Only then it is refused: while it still votes, the others may need it to
     * agree on another list.
     */
    boolean isOut(X509Certificate certificate) {
        return Integer.valueOf(0).equals(removed.get(Fingerprints.of(certificate.getPublicKey())));
    }

    /** {@return the numbers of those servers that may still be in the ensemble} */
    Set<Integer> numbers() {
        return removed.values().stream().filter(number -> number > 0).collect(Collectors.toUnmodifiableSet());
    }
}
