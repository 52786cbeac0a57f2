package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The cache of the Java runtime must not hide that a name has changed. */
class FreshNamesTest {
    private static final InetAddress[] FOUND = {InetAddress.getLoopbackAddress()};

    @Test
    void eachLookUpIsAnotherKeyAndTheSameName() throws UnknownHostException {
        List<String> asked = new ArrayList<>();
        FreshNames names = new FreshNames(host -> {
            asked.add(host);
            return FOUND;
        });
        for (int i = 0; i < 200; i++) {
            assertThat(names.lookUp("relay-1.Example.org")).containsExactly(FOUND);
        }
        assertThat(new HashSet<>(asked)).hasSize(200);
        assertThat(asked).allMatch(host -> host.toLowerCase(Locale.ROOT).equals("relay-1.example.org"));
    }

    @Test
    void messagesHaveTheNameAsItIsWritten() throws UnknownHostException {
        FreshNames names =
                new FreshNames(host -> new InetAddress[] {InetAddress.getByAddress(host, new byte[] {10, 0, 0, 1})});
        assertThat(names.lookUp("relay.Example.org"))
                .extracting(InetAddress::getHostName)
                .containsExactly("relay.Example.org");
    }

    @Test
    void systemResolverTakesTheNameInAnySpelling() throws UnknownHostException {
        assertThat(new FreshNames(InetAddress::getAllByName).lookUp("localhost"))
                .allMatch(InetAddress::isLoopbackAddress);
    }

    @Test
    void resolverThatTellsUpperFromLowerCaseIsAskedAsItIsWritten() throws UnknownHostException {
        FreshNames names = new FreshNames(host -> {
            if (!host.equals("relay.test")) {
                throw new UnknownHostException(host);
            }
            return FOUND;
        });
        assertThat(names.lookUp("relay.test")).isSameAs(FOUND);
        assertThatThrownBy(() -> names.lookUp("other.test")).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void nameWithoutLettersStaysAsItIs() {
        assertThat(List.of(FreshNames.spelled("1-2.3", 5))).containsExactly("1-2.3");
    }
}
