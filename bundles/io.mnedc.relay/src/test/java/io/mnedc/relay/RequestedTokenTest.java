package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayAdministration.OpenToken;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.JoinTokens;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A join token by a setting, for gateways that have nothing but forms. */
class RequestedTokenTest {
    @TempDir
    Path directory;

    private final List<TokenRequest> made = new ArrayList<>();
    private final List<OpenToken> open = new ArrayList<>();
    private final RelayAdministration administration = (RelayAdministration) Proxy.newProxyInstance(
            RequestedTokenTest.class.getClassLoader(),
            new Class<?>[] {RelayAdministration.class},
            (proxy, method, arguments) ->
                    method.getName().equals("token") ? token((TokenRequest) arguments[0]) : List.copyOf(open));

    @BeforeEach
    void privately() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    private String token(TokenRequest request) {
        made.add(request);
        JoinToken token = new JoinToken(List.of("relay:1"), "ab".repeat(32), made.size(), new byte[32]);
        open.add(new OpenToken(
                JoinTokens.name(token.id()), request.deviceId(), request.groups(), Instant.MAX, request.uses()));
        return token.text();
    }

    private Optional<String> after(String request) {
        RequestedToken relay = new RequestedToken(directory);
        relay.apply(request, administration);
        return relay.usable(administration);
    }

    @Test
    void aTokenIsMadeOnceForEachTextHoweverOftenTheRelayStarts() throws Exception {
        String first = after("press-7").orElseThrow();
        assertThat(after("press-7")).contains(first);
        assertThat(after("  press-7 \n")).contains(first);
        assertThat(made).hasSize(1);
        assertThat(after("press-8 ttl=2h group=press,office").orElseThrow()).isNotEqualTo(first);
        assertThat(made.get(1))
                .isEqualTo(new TokenRequest(
                        Optional.of("press-8"), Set.of("press", "office"), Duration.ofHours(2), 1, List.of()));
        assertThat(Files.getPosixFilePermissions(directory.resolve("requested-token")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void anEmptySettingForgetsTheTokenAndTheSameTextAsksAgain() {
        String first = after("uses=20 address=relay.example:3334").orElseThrow();
        assertThat(after("")).isEmpty();
        assertThat(after("uses=20 address=relay.example:3334").orElseThrow()).isNotEqualTo(first);
        assertThat(made.get(1).addresses()).containsExactly("relay.example:3334");
    }

    @Test
    void aTokenThatCannotBeUsedAnyMoreIsNotShown() {
        assertThat(after("press-7")).isPresent();
        open.clear();
        assertThat(after("press-7")).isEmpty();
        assertThat(made).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "press 7, second device ID",
        "press/7, is no device ID",
        "uses=0, is not in 1..1000",
        "uses=1001, is not in 1..1000",
        "ttl=5, is no time",
        "ttl=31d, is not in 1s..30d",
        "ttl=0s, is not in 1s..30d",
        "press-7 uses=2, several uses",
        "press-7 colour=red, is not known",
    })
    void aWrongRequestIsToldAndMakesNothing(String request, String why) {
        assertThatThrownBy(() -> TokenWish.parse(request))
                .hasMessageStartingWith("token.request: ")
                .hasMessageContaining(why)
                .hasMessageContaining("press-7 ttl=24h");
        assertThat(after(request)).isEmpty();
        assertThat(made).isEmpty();
    }
}
