package io.mnedc.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds what somebody has meant. */
final class Spelling {
    private static final int FARTHEST = 2;
    /** Of short words, two letters would be half of them. */
    private static final int LETTERS_PER_MISTAKE = 4;

    private Spelling() {}

    /** {@return the known word that is nearest to another one, if one is near} */
    static Optional<String> nearest(String word, Collection<String> known) {
        String plain = plain(word);
        return known.stream()
                .filter(each -> distance(plain, plain(each)) <= Math.min(FARTHEST, each.length() / LETTERS_PER_MISTAKE))
                .min(Comparator.<String>comparingInt(each -> distance(plain, plain(each)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Upper case and other separators are the most common mistakes. */
    private static String plain(String word) {
        return word.toLowerCase(Locale.ROOT).replaceAll("[._ -]", "");
    }

    /** How many letters must be put in, taken away or replaced, or neighbours swapped. */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int other = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(Math.min(cost[i - 1][j], cost[i][j - 1]) + 1, cost[i - 1][j - 1] + other);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
