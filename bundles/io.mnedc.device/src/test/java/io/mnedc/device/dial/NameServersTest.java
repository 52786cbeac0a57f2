package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameServersTest {
    @TempDir
    Path directory;

    private Set<InetAddress> read(String first, String behind) throws Exception {
        Path one = Files.writeString(directory.resolve("resolv.conf"), first);
        Path two = Files.writeString(directory.resolve("stub"), behind);
        return new NameServers(one, List.of(two, directory.resolve("nowhere"))).get();
    }

    @Test
    void serversOfBothKindsAreFound() throws Exception {
        String text = """
                # nameserver 10.0.0.9
                search example
                nameserver 10.0.0.53
                 nameserver fd12::53 # here
                nameserver fe80::1%eth0
                nameserver 10.0.0.999
                nameserver name.example
                """;
        assertThat(read(text, "nameserver 10.0.0.54\n"))
                .extracting(InetAddress::getHostAddress)
                .containsExactly("10.0.0.53", "fd12:0:0:0:0:0:0:53", "fe80:0:0:0:0:0:0:1");
    }

    @Test
    void behindAStubOfThisHostAreThoseThatItAsks() throws Exception {
        assertThat(read("nameserver 127.0.0.53\noptions edns0\n", "nameserver 10.0.0.54\n"))
                .extracting(InetAddress::getHostAddress)
                .containsExactly("10.0.0.54");
        assertThat(new NameServers(directory.resolve("nowhere"), List.of()).get())
                .isEmpty();
    }
}
