package io.mnedc.finder.lan;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a relay says that it listens. */
class ListenTextTest {
    @Test
    void starIsEveryAddressAndOthersAreThemselves() throws Exception {
        InetAddress one = InetAddress.getByName("192.168.1.10");
        InetAddress six = InetAddress.getByName("fd00::1");
        List<ListenText> all = ListenText.of(List.of("*:3334", "192.168.1.10:3335", "[fd00:0:0:0:0:0:0:1]:3336"));
        assertThat(all).extracting(ListenText::port).containsExactly(3334, 3335, 3336);
        assertThat(all).extracting(text -> text.serves(one)).containsExactly(true, true, false);
        assertThat(all).extracting(text -> text.serves(six)).containsExactly(true, false, true);
    }

    @Test
    void whatCannotBeAnnouncedIsLeftOut() {
        assertThat(ListenText.of(List.of("*:0", "nothing", "", ":", "[fd00::1]", "*:70000x")))
                .isEmpty();
    }
}
