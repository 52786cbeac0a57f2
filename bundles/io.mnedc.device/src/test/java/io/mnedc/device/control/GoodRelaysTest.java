package io.mnedc.device.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Place;
import io.mnedc.device.dial.Target;
import io.mnedc.device.relays.RelayOrder;
import io.mnedc.device.settings.RelayAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What worked last is tried first, also after a restart. */
class GoodRelaysTest {
    private static final RelayAddress ONE = RelayAddress.parse("one.example");
    private static final RelayAddress TWO = RelayAddress.parse("two.example:1");
    private static final RelayAddress SRV = RelayAddress.parse("srv:example.org");
    private static final RelayAddress LAN = RelayAddress.parse("lan");
    private static final List<RelayAddress> LIST = List.of(ONE, TWO, SRV, LAN);

    @TempDir
    Path directory;

    private Path home() {
        return directory.resolve("device");
    }

    private GoodRelays started() {
        return new GoodRelays(Runnable::run, this::home);
    }

    private static List<RelayAddress> order(GoodRelays good, List<RelayAddress> list) {
        return RelayOrder.rotated(list, good.last());
    }

    private static Target target(RelayAddress relay, String host, String address) {
        try {
            return new Target(
                    new Place(relay, host, 3334),
                    new InetSocketAddress(InetAddress.getByName(address), 3334),
                    Paths.USUAL);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void orderIsThatOfTheSettingUntilOneHasWorked() {
        GoodRelays good = started();
        assertThat(order(good, LIST)).isEqualTo(LIST);
        good.worked(target(TWO, "two.example", "10.0.0.2"));
        assertThat(order(good, LIST)).containsExactly(TWO, SRV, LAN, ONE);
        assertThat(good.targets()).containsOnlyKeys(TWO);
        good.retain(List.of(ONE));
        assertThat(good.targets()).isEmpty();
        assertThat(order(good, List.of(ONE))).containsExactly(ONE);
    }

    @Test
    void restartKeepsTheOrderAndTheAddress() throws IOException {
        for (Target worked : List.of(
                target(ONE, "one.example", "192.0.2.1"),
                target(SRV, "b.example.org", "2001:db8::7"),
                target(LAN, "fe80:0:0:0:0:0:0:1%1", "fe80::1%1"))) {
            started().worked(worked);
            GoodRelays again = started();
            assertThat(order(again, LIST)).startsWith(worked.relay());
            assertThat(again.targets()).containsOnlyKeys(worked.relay());
            assertThat(again.targets().values()).extracting(GoodRelays::text).containsExactly(GoodRelays.text(worked));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home().resolve(GoodRelays.FILE))))
                .isEqualTo("rw-------");
        try (var files = Files.list(home())) {
            assertThat(files).as("one file, whatever has worked").hasSize(1);
        }
    }

    @Test
    void relayThatIsNotConfiguredAnyMoreIsNotTried() {
        started().worked(target(TWO, "two.example", "10.0.0.2"));
        assertThat(order(started(), List.of(ONE, LAN))).containsExactly(ONE, LAN);
    }

    @Test
    void sameRelayIsNotWrittenAgain() throws IOException {
        GoodRelays good = started();
        good.worked(target(ONE, "one.example", "192.0.2.1"));
        Path file = home().resolve(GoodRelays.FILE);
        Files.delete(file);
        good.worked(target(ONE, "one.example", "192.0.2.1"));
        assertThat(file).doesNotExist();
        good.worked(target(ONE, "one.example", "192.0.2.2"));
        assertThat(file).exists();
    }

    @Test
    void directoryOfOthersIsNotWrittenTo() throws IOException {
        Files.createDirectory(
                home(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx")));
        Files.setPosixFilePermissions(home(), PosixFilePermissions.fromString("rwxrwxrwx"));
        started().worked(target(ONE, "one.example", "192.0.2.1"));
        assertThat(home().resolve(GoodRelays.FILE)).doesNotExist();
    }

    @Test
    void withoutADirectoryNothingIsKept() {
        GoodRelays good = new GoodRelays(Runnable::run, () -> null);
        good.worked(target(TWO, "two.example", "10.0.0.2"));
        assertThat(order(good, LIST)).startsWith(TWO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "one.example:3334",
                "one.example:3334 one.example:3334 one.example:3334",
                "one.example:3334 lan 10.0.0.1:1",
                "one.example:3334 one.example:3334 10.0.0.1:0",
                "one.example:3334 one.example:3334 10.0.0.1:1 more",
            })
    void damagedFileIsAsNone(String content) throws IOException {
        Files.createDirectory(home());
        Files.writeString(home().resolve(GoodRelays.FILE), content);
        assertThat(order(started(), LIST)).isEqualTo(LIST);
        assertThat(started().targets()).isEmpty();
    }

    @Test
    void hugeFileIsNotRead() throws IOException {
        Files.createDirectory(home());
        Files.write(home().resolve(GoodRelays.FILE), new byte[1 << 20]);
        assertThat(order(started(), LIST)).isEqualTo(LIST);
    }

    @Test
    void anyTextIsReadOrRefused() {
        SplittableRandom random = new SplittableRandom(7);
        String letters = "lansrv:.[]%10 ae-_\u0000/";
        List<String> read = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(40); length > 0; length--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            try {
                read.add(GoodRelays.text(GoodRelays.parse(text.toString())));
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("\"");
            }
        }
        assertThat(read)
                .allSatisfy(text ->
                        assertThat(GoodRelays.text(GoodRelays.parse(text))).isEqualTo(text));
        assertThatThrownBy(() -> GoodRelays.parse("lan a:1 b:1")).hasMessageContaining("no address");
    }
}
