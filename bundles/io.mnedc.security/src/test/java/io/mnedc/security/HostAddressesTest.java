package io.mnedc.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostAddressesTest {
    @Test
    void everyAddressOfThisHostIsReplacedByThoseOfItsInterfaces() throws Exception {
        InetSocketAddress any = new InetSocketAddress(3334);
        InetSocketAddress one = new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 99);
        assertThat(HostAddresses.of(List.of(one, one), address -> false)).containsExactly("192.0.2.7:99");
        assertThat(HostAddresses.of(List.of(any), address -> false))
                .allMatch(text -> text.endsWith(":3334"))
                .noneMatch(text -> text.startsWith("127.") || text.startsWith("*") || text.startsWith("[0:0"));
        assertThat(HostAddresses.of(List.of(any), address -> true)).isEmpty();
    }
}
