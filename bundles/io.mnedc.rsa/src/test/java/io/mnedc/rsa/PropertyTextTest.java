package io.mnedc.rsa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyTextTest {
    @Test
    void eachTypeHasItsForm() {
        assertThat(PropertyText.write("plain")).isEqualTo("plain");
        assertThat(PropertyText.write("#1")).isEqualTo("#S:#1");
        assertThat(PropertyText.write(7L)).isEqualTo("#J:7");
        assertThat(PropertyText.write(new String[] {"a,b", "c\\"})).isEqualTo("#S[:a\\,b,c\\\\");
        assertThat(PropertyText.write(new int[] {1, 2})).isEqualTo("#I[:1,2");
        assertThat(PropertyText.write(List.of(true, false))).isEqualTo("#Z(:true,false");
        assertThat(PropertyText.write(Set.of('x'))).isEqualTo("#C{:x");
        assertThat(PropertyText.write(new long[0])).isEqualTo("#S[");
        assertThat(PropertyText.write(List.of(1, "x"))).isNull();
        assertThat(PropertyText.write(Map.of())).isNull();
        assertThat(PropertyText.write(new Object())).isNull();
        assertThat(PropertyText.write(new String[][] {{"x"}})).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#",
                "#S",
                "#X:1",
                "#I:",
                "#I:+1",
                "#I:01",
                "#I:1x",
                "#I:99999999999",
                "#Z:yes",
                "#C:xy",
                "#S[x",
                "#I[",
                "#S[:a\\b",
                "#S[:a\\",
                "#S{:a,a",
                "#F:1",
                "#s:x",
                "#B:200",
                "#S:plain"
            })
    void anythingElseIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> PropertyText.read(text));
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        Random random = new Random(20);
        for (int i = 0; i < 20_000; i++) {
            Object value = value(random);
            String text = Objects.requireNonNull(PropertyText.write(value));
            assertThat(PropertyText.read(text)).isEqualTo(value);
        }
    }

    private static Object value(Random random) {
        int type = random.nextInt(9);
        int container = random.nextInt(4);
        List<Object> elements = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            elements.add(scalar(random, type));
        }
        return switch (container) {
            case 0 -> elements.get(0);
            case 1 -> elements;
            case 2 -> new LinkedHashSet<>(elements);
            default ->
                elements.toArray(length -> (Object[])
                        java.lang.reflect.Array.newInstance(elements.get(0).getClass(), length));
        };
    }

    private static Object scalar(Random random, int type) {
        return switch (type) {
            case 0 -> random.nextBoolean();
            case 1 -> (byte) random.nextInt();
            case 2 -> (short) random.nextInt();
            case 3 -> random.nextInt();
            case 4 -> random.nextLong();
            case 5 -> random.nextFloat();
            case 6 -> random.nextDouble();
            case 7 -> (char) (32 + random.nextInt(1_000));
            default -> text(random);
        };
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append("#,\\:[({ab\u00e4\ud83d".charAt(random.nextInt(11)));
        }
        return text.toString();
    }
}
