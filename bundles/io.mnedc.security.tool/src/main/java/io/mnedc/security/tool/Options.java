package io.mnedc.security.tool;

import io.mnedc.api.text.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A command line: {@code --name value}, {@code --name=value}, and words. */
record Options(Map<String, List<String>> values, List<String> words) {
    private static final Set<String> WITHOUT_VALUE = Set.of("--add", "--relay");
    private static final Set<String> WITH_VALUE = Set.of(
            "--data",
            "--settings",
            "--id",
            "--group",
            "--ttl",
            "--uses",
            "--address",
            "--use",
            "--drop",
            "--cancel",
            "--reason");
    private static final Set<String> EVERYWHERE = Set.of("--data", "--settings");

    static Options parse(List<String> line) throws WrongCommandException {
        Map<String, List<String>> values = new HashMap<>();
        List<String> words = new ArrayList<>();
        for (int i = 0; i < line.size(); i++) {
            String word = line.get(i);
            int equals = word.indexOf('=');
            String name = word.startsWith("--") && equals > 0 ? word.substring(0, equals) : word;
            if (!word.startsWith("--")) {
                words.add(word);
            } else if (WITHOUT_VALUE.contains(word)) {
                values.computeIfAbsent(name, key -> new ArrayList<>()).add("");
            } else if (!WITH_VALUE.contains(name)) {
                throw new WrongCommandException("'" + name + "' is no option here");
            } else if (equals > 0) {
                values.computeIfAbsent(name, key -> new ArrayList<>()).add(word.substring(equals + 1));
            } else if (++i < line.size()) {
                values.computeIfAbsent(name, key -> new ArrayList<>()).add(line.get(i));
            } else {
                throw new WrongCommandException(name + " needs a value");
            }
        }
        return new Options(Map.copyOf(values), List.copyOf(words));
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    Optional<String> one(String name) throws WrongCommandException {
        List<String> all = all(name);
        if (all.size() > 1) {
            throw new WrongCommandException(name + " may be there only once");
        }
        return all.stream().findFirst();
    }

    String required(String name) throws WrongCommandException {
        return one(name).orElseThrow(() -> new WrongCommandException(name + " is missing"));
    }

    int number(String name, int otherwise) throws WrongCommandException {
        try {
            return Integer.parseInt(one(name).orElse(String.valueOf(otherwise)));
        } catch (NumberFormatException e) {
            throw new WrongCommandException(name + " '" + required(name) + "' is no number");
        }
    }

    Duration time(String name, Duration otherwise) throws WrongCommandException {
        if (!has(name)) {
            return otherwise;
        }
        String value = required(name);
        return Durations.parse(value)
                .orElseThrow(() ->
                        new WrongCommandException(name + " '" + value + "' is no time such as " + Durations.EXAMPLES));
    }

    /** Refuses what the command does not know, so that a mistyped option is not left out silently. */
    void only(Set<String> names, int wordsAllowed, String usage) throws WrongCommandException {
        for (String name : values.keySet()) {
            if (!names.contains(name) && !EVERYWHERE.contains(name)) {
                throw new WrongCommandException(name + " does not belong here: " + usage);
            }
        }
        if (words.size() != wordsAllowed) {
            throw new WrongCommandException("wrong number of words: " + usage);
        }
    }
}
