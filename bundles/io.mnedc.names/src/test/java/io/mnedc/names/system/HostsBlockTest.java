package io.mnedc.names.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A block in the text of a hosts file, of which all else belongs to others. */
class HostsBlockTest {
    private static final String TEXT = "127.0.0.1\tlocalhost\n\n# mine\n::1 localhost\n";

    private final HostsBlock block = new HostsBlock("press-7");

    private static Wanted.Host host(String name, String... addresses) {
        return new Wanted.Host(name, List.of(addresses));
    }

    @Test
    void blockComesAtTheEndAndGoesAsItCame() throws IOException {
        List<String> lines = block.lines(List.of(host("a.mnedc", "10.0.0.7", "fd00:0:0:1:0:0:0:7")));
        assertThat(lines)
                .startsWith("# BEGIN MNEDC press-7")
                .contains("10.0.0.7\ta.mnedc", "fd00:0:0:1:0:0:0:7\ta.mnedc")
                .endsWith("# END MNEDC press-7");
        String with = block.put(TEXT, lines);
        assertThat(with).isEqualTo(TEXT + String.join("\n", lines) + "\n");
        assertThat(block.put(with, lines)).isEqualTo(with);
        assertThat(block.put(with, List.of())).isEqualTo(TEXT);
        assertThat(block.put(TEXT, List.of())).isEqualTo(TEXT);
    }

    @Test
    void blockIsReplacedInItsPlace() throws IOException {
        String before = block.put(TEXT, block.lines(List.of(host("a.mnedc", "10.0.0.7")))) + "10.1.1.1 other\n";
        String after = block.put(before, block.lines(List.of(host("b.mnedc", "10.0.0.8"))));
        assertThat(after)
                .startsWith(TEXT + "# BEGIN MNEDC press-7\n")
                .contains("10.0.0.8\tb.mnedc")
                .doesNotContain("a.mnedc")
                .endsWith("# END MNEDC press-7\n10.1.1.1 other\n");
        assertThat(block.put(after, List.of())).isEqualTo(TEXT + "10.1.1.1 other\n");
    }

    @Test
    void blockOfAnotherDeviceIsLeftAlone() throws IOException {
        HostsBlock other = new HostsBlock("press-70");
        String both = block.put(other.put(TEXT, other.lines(List.of())), block.lines(List.of()));
        assertThat(other.put(both, List.of())).isEqualTo(block.put(TEXT, block.lines(List.of())));
    }

    @Test
    void lastLineWithoutAnEndStaysALine() throws IOException {
        assertThat(block.put("127.0.0.1 localhost", block.lines(List.of())))
                .startsWith("127.0.0.1 localhost\n# BEGIN MNEDC press-7\n");
        String withoutEnd = block.put(TEXT, block.lines(List.of())).stripTrailing();
        assertThat(block.put(withoutEnd, List.of())).isEqualTo(TEXT);
    }

    @Test
    void whatIsNoNameOrAddressDoesNotComeIn() {
        assertThat(block.lines(List.of(
                        host("a.mnedc\n127.0.0.1 bank.example", "10.0.0.7"),
                        host("b mnedc", "10.0.0.7"),
                        host("B.mnedc", "10.0.0.7"),
                        host("c.mnedc", "10.0.0.7 x", "10.0.0.8"))))
                .filteredOn(line -> !line.startsWith("#"))
                .containsExactly("10.0.0.8\tc.mnedc");
    }

    @Test
    void namesAreLimited() {
        List<Wanted.Host> many = IntStream.range(0, HostsBlock.MOST_HOSTS + 5)
                .mapToObj(i -> host("h" + i + ".mnedc", "10.0.0.7", "fd00:0:0:0:0:0:0:7"))
                .toList();
        assertThat(block.lines(many))
                .hasSize(3 + 2 * HostsBlock.MOST_HOSTS + 1)
                .contains("# and 5 more, which are left out");
    }

    @Test
    void halfABlockIsNotTouched() {
        for (String odd : List.of(
                "# BEGIN MNEDC press-7\n10.0.0.7 a\n",
                "# END MNEDC press-7\n",
                "# BEGIN MNEDC press-7\n# BEGIN MNEDC press-7\n# END MNEDC press-7\n",
                "# BEGIN MNEDC press-7\n# END MNEDC press-7\n# END MNEDC press-7\n")) {
            assertThatIOException()
                    .as(odd)
                    .isThrownBy(() -> block.put(TEXT + odd, List.of()))
                    .withMessageContaining("remove");
        }
    }
}
