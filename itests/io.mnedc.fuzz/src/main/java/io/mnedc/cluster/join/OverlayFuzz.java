package io.mnedc.cluster.join;

import io.mnedc.fuzz.Checks;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a relay that joins is told of the overlay: it is refused with a sentence, or can be used as it is. A line feed ends a line. */
public final class OverlayFuzz {
    private static final int MOST = 254;
    private static final long MOST_ALLOCATION = 256 << 10;

    private OverlayFuzz() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        // as the codec has it: no control characters
        List<String> lines = new String(data, StandardCharsets.ISO_8859_1)
                .lines()
                .map(line -> line.replaceAll("[^ -~]", "?"))
                .toList();
        try {
            Checks.allocates(MOST_ALLOCATION + 256L * data.length, () -> parse(lines));
            check(Joined.parse(lines));
        } catch (IllegalArgumentException refused) {
            Checks.sentence(String.valueOf(refused.getMessage()));
        }
    }

    private static void parse(List<String> lines) {
        try {
            Joined.parse(lines);
        } catch (IllegalArgumentException e) {
            // the same happens again, and is looked at then
            Checks.that(e.getMessage() != null, "a refusal has a sentence");
        }
    }

    private static void check(Joined joined) {
        Checks.that(joined.number() >= 1 && joined.number() <= MOST, "a number is one of the ensemble's", joined);
        Checks.that(joined.overlay().matches("[!-.0-~]{1,64}"), "the overlay's name is part of a key", joined);
        Checks.that(joined.servers().isEmpty() != joined.external().isEmpty(), "there is one ensemble", joined);
        Checks.same(joined.servers(), String.join(";", joined.serverLines()), "no server is lost");
        for (String line : joined.serverLines()) {
            Checks.that(
                    line.matches("server\\.[1-9][0-9]{0,2}=[A-Za-z0-9._:;|\\[\\]-]+"), "a line is a server's", line);
        }
        Checks.that(joined.external().matches("[A-Za-z0-9._:,\\[\\]-]*"), "addresses are addresses", joined);
    }
}
