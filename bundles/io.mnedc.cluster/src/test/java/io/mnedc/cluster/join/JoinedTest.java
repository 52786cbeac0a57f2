package io.mnedc.cluster.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a relay that joins makes of what another one has sent. */
class JoinedTest {
    private static final String SERVER = "server.1=a:1:2:participant;0.0.0.0:3";

    @Test
    void aServerMayHaveASemicolonItself() {
        String servers = SERVER + ";server.2=[2001:db8::2]:2888:3888;server.3=a:1:2|b:3:4:observer;2181";
        Joined joined = Joined.parse(List.of(
                "overlay=plant", "number=254", "servers=" + servers, "pool=10.0.0.0/24", "colour=green", "nothing"));
        assertThat(joined).isEqualTo(new Joined("plant", 254, servers, "", "10.0.0.0/24"));
        assertThat(joined.serverLines())
                .containsExactly(SERVER, "server.2=[2001:db8::2]:2888:3888", "server.3=a:1:2|b:3:4:observer;2181");
    }

    @Test
    void anExternalEnsembleHasNoServers() {
        Joined joined = Joined.parse(List.of("overlay=plant", "number=2", "external=a:2181,[::1]:2182"));
        assertThat(joined).isEqualTo(new Joined("plant", 2, "", "a:2181,[::1]:2182", ""));
        assertThat(joined.serverLines()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "overlay=",
                "overlay=a/b",
                "overlay=..",
                "overlay=a b",
                "overlay=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "number=",
                "number=0",
                "number=255",
                "number=-1",
                "number=1e1",
                "number=99999999999",
                "servers=",
                "servers=a:1:2",
                "servers=server.1=a:1:2,server.2=a:1:2",
                "servers=server.0=a:1:2",
                "servers=server.999=a:1:2",
                "servers=server.1=a:0:2",
                "servers=server.1=a:1:70000",
                "servers=server.1=a:1:2;0",
                "servers=server.1=[::1]:1:99999",
                "servers=server.1=a:1:2:king",
                "servers=server.1=a b:1:2",
                "servers=server.1=a:1:2;server.1=b:1:2",
                "servers=server.1=a:1:2;peerType=observer",
                "external=a:2181",
                "pool=10.0.0.0",
                "pool=10.0.0.1/24",
                "pool=fd00::/8"
            })
    void whatIsNotAsAgreedIsRefused(String line) {
        String key = line.substring(0, line.indexOf('=') + 1);
        List<String> good = List.of("overlay=plant", "number=2", "servers=" + SERVER, "pool=10.0.0.0/24");
        assertThat(Joined.parse(good).number()).isEqualTo(2);
        List<String> bad = new ArrayList<>(good);
        bad.removeIf(each -> each.startsWith(key));
        bad.add(line);
        assertThatThrownBy(() -> Joined.parse(bad))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the relay's answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a:0", "a:99999", "a:1,", "a:1;b:2", ":1", "a:1/x"})
    void anExternalEnsembleHasAddresses(String external) {
        assertThatThrownBy(() -> Joined.parse(List.of("overlay=plant", "number=2", "external=" + external)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("external=");
    }

    @Test
    void nothingIsSaidTwice() {
        assertThatThrownBy(() -> Joined.parse(List.of("overlay=plant", "number=2", "number=3", "servers=" + SERVER)))
                .hasMessageContaining("number='twice'");
    }
}
