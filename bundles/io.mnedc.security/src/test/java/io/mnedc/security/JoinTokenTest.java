package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokenTest {
    private static final int ROUNDS = 500;

    private static JoinToken random(Random random) {
        List<String> addresses = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int port = 1 + random.nextInt(65_535);
            addresses.add(
                    switch (random.nextInt(3)) {
                        case 0 -> "relay-" + random.nextInt(1000) + ".example.org:" + port;
                        case 1 -> "10." + random.nextInt(256) + ".0." + random.nextInt(256) + ":" + port;
                        default -> "[2001:db8::" + Integer.toHexString(random.nextInt(65_536)) + "]:" + port;
                    });
        }
        byte[] fingerprint = new byte[32];
        byte[] secret = new byte[32];
        random.nextBytes(fingerprint);
        random.nextBytes(secret);
        return new JoinToken(addresses, HexFormat.of().formatHex(fingerprint), random.nextLong(), secret);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsWrittenIsReadAgain(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            JoinToken token = random(random);
            JoinToken read = JoinToken.parse(" " + token.text() + "\n");
            assertThat(read).isEqualTo(token).hasSameHashCodeAs(token);
            assertThat(read.addresses()).isEqualTo(token.addresses());
            assertThat(read.secret()).isEqualTo(token.secret());
            assertThat(read.id()).isEqualTo(token.id());
            assertThat(read.fingerprint()).isEqualTo(token.fingerprint());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5, 6})
    void aDamagedOneIsRefusedWithTheCureOrIsAnotherToken(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < ROUNDS; i++) {
            String damaged = damage(random(random).text(), random);
            try {
                assertThat(JoinToken.parse(damaged).text()).isEqualTo(damaged.strip());
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("make a new token");
            }
        }
    }

    private static String damage(String text, Random random) {
        int at = random.nextInt(text.length());
        return switch (random.nextInt(4)) {
            case 0 -> text.substring(0, at);
            case 1 -> text.substring(0, at) + (char) (32 + random.nextInt(200)) + text.substring(at + 1);
            case 2 -> text.substring(0, at) + text.substring(Math.min(text.length(), at + 1 + random.nextInt(5)));
            default -> text.substring(0, at) + text.substring(0, 1 + random.nextInt(30)) + text.substring(at);
        };
    }

    @Test
    void theSecretIsNotShown() {
        JoinToken token = random(new Random(7));
        assertThat(token.toString())
                .doesNotContain(token.text().substring(20, 40))
                .doesNotContain(HexFormat.of().formatHex(token.secret()))
                .contains(token.addresses().get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "host",
                "host:0",
                "host:65536",
                "ho st:1",
                "a,b:1",
                "2001:db8::1:3334",
                "host:1:2",
                "h\u00f6st:1"
            })
    void anAddressIsHostAndPort(String address) {
        assertThatThrownBy(() -> new JoinToken(List.of(address), "0".repeat(64), 1, new byte[32]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HOST:PORT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mnedc1-", "mnedc2-AAAA", "mnedc1-*", "hello", "mnedc1-AA=="})
    void textThatIsNoTokenIsRefused(String text) {
        assertThatThrownBy(() -> JoinToken.parse(text)).hasMessageContaining("not a join token");
    }

    @Test
    void itIsSaidWhatIsWrongWithAText() {
        byte[] bytes = new byte[JoinToken.SECRET_BYTES + 64];
        bytes[0] = 2;
        assertThatThrownBy(() -> JoinToken.parse(encoded(bytes))).hasMessageContaining("of version 2");
        assertThatThrownBy(() -> JoinToken.parse(encoded(new byte[73]))).hasMessageContaining("too short");
        assertThatThrownBy(() -> JoinToken.parse("mnedc1-" + "A".repeat(2048 - 7)))
                .hasMessageNotContaining("longer than");
        assertThatThrownBy(() -> JoinToken.parse("mnedc1-" + "A".repeat(2048 - 6)))
                .hasMessageContaining("longer than");
    }

    private static String encoded(byte[] bytes) {
        return "mnedc1-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    @Test
    void anotherSecretIsAnotherToken() {
        JoinToken token = new JoinToken(List.of("h:1"), "0".repeat(64), 1, new byte[32]);
        byte[] secret = new byte[32];
        secret[31] = 1;
        assertThat(new JoinToken(List.of("h:1"), "0".repeat(64), 1, secret))
                .isNotEqualTo(token)
                .hasSameHashCodeAs(token);
        assertThat(new JoinToken(List.of("h:1"), "0".repeat(64), 2, new byte[32]).hashCode())
                .isNotEqualTo(token.hashCode());
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1:3334, 10.0.0.1",
        "[2001:db8::1]:3334, 2001:db8:0:0:0:0:0:1",
        "[fe80::1%nosuch0]:3334, fe80:0:0:0:0:0:0:1",
        "relay.example:3334, ",
        "1.2.3:3334, ",
        "300.0.0.1:3334, ",
        "[:::]:3334, ",
        "10.0.0.1, ",
    })
    void aLiteralIsReadWithoutTheDns(String address, @Nullable String literal) {
        assertThat(JoinToken.literal(address).map(InetAddress::getHostAddress)).isEqualTo(Optional.ofNullable(literal));
    }

    @Test
    void aVeryLongTextIsRefused() {
        assertThatThrownBy(() -> JoinToken.parse("mnedc1-" + "A".repeat(100_000)))
                .hasMessageContaining("longer than");
    }

    @Test
    void whatCanBeMadeCanBeRead() {
        String address = "a".repeat(253) + ":65535";
        JoinToken longest =
                new JoinToken(List.of(address, address, address, address, address), "0".repeat(64), 1, new byte[32]);
        assertThat(JoinToken.parse(longest.text())).isEqualTo(longest);
        assertThatThrownBy(() -> new JoinToken(
                        List.of(address, address, address, address, address, address), "0".repeat(64), 1, new byte[32]))
                .hasMessageContaining("leave some out");
        String rest = "b".repeat(94) + ":65535";
        JoinToken all = new JoinToken(
                List.of(address, address, address, address, address, rest), "0".repeat(64), 1, new byte[32]);
        assertThat(JoinToken.parse(all.text())).as("1400 characters").isEqualTo(all);
        assertThatThrownBy(() -> new JoinToken(
                        List.of(address, address, address, address, address, "b" + rest),
                        "0".repeat(64),
                        1,
                        new byte[32]))
                .hasMessageContaining("leave some out");
        List<String> most = Collections.nCopies(JoinToken.MAX_ADDRESSES, "h:1");
        JoinToken many = new JoinToken(most, "0".repeat(64), 1, new byte[32]);
        assertThat(JoinToken.parse(many.text()).addresses()).isEqualTo(most);
        List<String> tooMany = Collections.nCopies(JoinToken.MAX_ADDRESSES + 1, "h:1");
        assertThatThrownBy(() -> new JoinToken(tooMany, "0".repeat(64), 1, new byte[32]))
                .hasMessageContaining("17 relay addresses");
    }
}
