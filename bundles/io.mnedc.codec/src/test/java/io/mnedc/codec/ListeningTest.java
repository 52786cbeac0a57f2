package io.mnedc.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a device says it listens to. */
class ListeningTest {
    private static MulticastGroup group(String address) throws UnknownHostException {
        return MulticastGroup.of(InetAddress.getByName(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"224.0.0.0", "224.0.0.251", "239.255.255.255", "ff00:0:0:0:0:0:0:0", "ff02:0:0:0:0:0:0:fb"})
    void addressesOfGroupsAreGroups(String address) throws UnknownHostException {
        assertThat(group(address)).hasToString(address);
        assertThat(group(address).address()).isEqualTo(InetAddress.getByName(address));
        assertThat(group(address).isIpv4()).isEqualTo(address.contains("."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "223.255.255.255",
                "240.0.0.0",
                "255.255.255.255",
                "0.0.0.0",
                "::",
                "::1",
                "fe02::fb",
                "::e000:fb"
            })
    void otherAddressesAreNot(String address) {
        assertThatThrownBy(() -> group(address)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void orderAndRepetitionMakeNoDifference() throws UnknownHostException {
        MulticastGroup one = group("224.0.0.251");
        MulticastGroup two = group("239.255.255.250");
        MulticastGroup three = group("ff02::fb");

        Listening listening = new Listening(true, List.of(three, two, one, two));

        assertThat(listening.groups()).containsExactly(one, two, three);
        assertThat(listening).isEqualTo(new Listening(true, List.of(one, two, three)));
    }

    @Test
    void thereIsALimit() {
        List<MulticastGroup> many = IntStream.rangeClosed(0, Protocol.MAX_MULTICAST_GROUPS)
                .mapToObj(i -> new MulticastGroup(0xffL << 56, i))
                .toList();

        assertThatThrownBy(() -> new Listening(false, many)).hasMessageContaining("65 groups are over 64");
        assertThat(Listening.of(false, many).groups()).isEqualTo(many.subList(0, Protocol.MAX_MULTICAST_GROUPS));
        assertThat(Listening.of(false, Collections.nCopies(100, many.get(0))).groups())
                .hasSize(1);
    }

    @Test
    void anyBytesAreReadOrRefused() {
        Random random = new Random(7);
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            List<MulticastGroup> groups = IntStream.range(0, random.nextInt(3))
                    .mapToObj(number -> random.nextBoolean()
                            ? new MulticastGroup(0, MulticastGroup.low(0xe0000000 + number))
                            : new MulticastGroup(0xff02L << 48, number))
                    .toList();
            byte[] bytes = new Listening(random.nextBoolean(), groups).encode().bytes();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            bytes = Arrays.copyOf(bytes, bytes.length - random.nextInt(3) + random.nextInt(3));
            try {
                Listening listening = Listening.decode(ByteBuffer.wrap(bytes));
                assertThat(Listening.decode(ByteBuffer.wrap(listening.encode().bytes())))
                        .isEqualTo(listening);
                read++;
            } catch (ProtocolException e) {
                assertThat(e.code()).isIn(ErrorCode.PROTOCOL_VIOLATION, ErrorCode.TOO_LARGE);
            }
        }
        assertThat(read).isBetween(10_000, 40_000);
    }
}
