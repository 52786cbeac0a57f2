package io.mnedc.relay.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MemberTest {
    private static final String KEY = "0123456789abcdef".repeat(4);
    private static final Member MEMBER = new Member(
            "relay-a",
            KEY,
            List.of("192.0.2.1:3334", "[2001:db8::1]:3334", "relay.example.net:1"),
            "mnedc/0.2.0",
            350,
            true);

    @Test
    void isReadAsItWasWritten() {
        assertThat(Member.parse("relay-a", MEMBER.text())).contains(MEMBER);
        assertThat(Member.parse("relay-a", MEMBER.text().replace("signs=1", "signs=yes"))
                        .orElseThrow()
                        .signs())
                .isFalse();
        assertThat(Member.parse("relay-a", "colour=blue\n" + MEMBER.text() + "more"))
                .contains(MEMBER);
    }

    @Test
    void addressesAreTakenApart() {
        assertThat(Member.host("192.0.2.1:3334")).isEqualTo("192.0.2.1");
        assertThat(Member.host("[2001:db8::1]:3334")).isEqualTo("2001:db8::1");
        assertThat(Member.port("[2001:db8::1]:3334")).isEqualTo(3334);
    }

    @Test
    void whatHasNoKeyIsNoRelay() {
        assertThat(Member.parse("relay-a", "")).isEmpty();
        assertThat(Member.parse("relay-a", MEMBER.text().replace(KEY, KEY.substring(1))))
                .isEmpty();
        assertThat(Member.parse("relay-a", MEMBER.text().replace(KEY, KEY.toUpperCase(java.util.Locale.ROOT))))
                .isEmpty();
        assertThat(Member.parse("no relay", MEMBER.text())).isEmpty();
    }

    @Test
    void addressesThatAreNoneAreLeftOut() {
        String text = "key=" + KEY
                + "\naddresses=1.2.3.4 :3334 1.2.3.4:0 1.2.3.4:65536 1.2.3.4:999999 a b:1 $(x):1 c:65535\n";
        assertThat(Member.parse("relay-a", text).orElseThrow().addresses()).containsExactly("b:1", "c:65535");
    }

    @Test
    void aTextOfAnotherRelayHasBounds() {
        String many = IntStream.range(1, 1000).mapToObj(i -> "host:" + i).collect(Collectors.joining(" "));
        String text =
                "x=\n".repeat(200) + "key=" + KEY + "\naddresses=" + many + "\nsoftware=" + "s\u0007".repeat(1000);
        assertThat(Member.parse("relay-a", text).orElseThrow().addresses()).hasSize(Member.MOST_ADDRESSES);
        assertThat(Member.parse("relay-a", text).orElseThrow().software())
                .hasSize(64)
                .doesNotContain("\u0007");
    }

    @Test
    void noTextThrows() {
        Random random = new Random(1);
        String alphabet = "key=addresses\n: []0f.%\u0000ü\ud800";
        for (int i = 0; i < 20_000; i++) {
            String text = random.ints(random.nextInt(60), 0, alphabet.length())
                    .mapToObj(at -> alphabet.substring(at, at + 1))
                    .collect(Collectors.joining());
            Member.parse("relay-a", text)
                    .ifPresent(member -> assertThat(member.addresses())
                            .allSatisfy(
                                    address -> assertThat(Member.port(address)).isBetween(1, 65_535)));
            Member.parse("relay-a", MEMBER.text() + text);
        }
    }
}
