package io.mnedc.itests.runtimes;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.LabException;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.NextVersion;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Seed;
import io.mnedc.lab.Waits;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.traffic.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A relay and two devices in three Karafs behind nested NATs, by the means that Karaf has: an archive, features, settings
 * at the prompt and in files. Each test begins where the one before ended: a gateway's life.
 */
@ExtendWith(NeedsLab.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KarafTest {
    private static final Path ARCHIVE = Parts.part("io.mnedc.features.karaf.kar");
    private static final Pattern TOKEN = Pattern.compile("mnedc1-[A-Za-z0-9_-]+");

    private final Random random = Seed.random(KarafTest.class);
    private NestedNats nats;
    private Karaf relay;
    private Karaf a;
    private Karaf b;
    private String addressOfA = "";
    private String addressOfB = "";

    @BeforeAll
    void start() {
        nats = NestedNats.build(NeedsLab.directory(KarafTest.class));
        relay = Karaf.start(nats.relay());
        a = Karaf.start(nats.a());
        b = Karaf.start(nats.b());
    }

    @AfterAll
    void stop() {
        if (nats != null) {
            nats.close();
        }
    }

    @Test
    @Order(1)
    void itIsInstalledAndConfiguredAndDevicesReachEachOther() throws IOException {
        relay.run("kar:install file:" + ARCHIVE, "feature:install mnedc-relay mnedc-shell");
        relay.run(
                "config:property-set -p io.mnedc.address enabled true",
                "config:edit io.mnedc.relay",
                "config:property-set enabled true",
                "config:update");
        Waits.until("the relay listens", Waits.LONG, () -> Waits.open(nats.a()));
        for (Karaf device : List.of(a, b)) {
            device.run("kar:install file:" + ARCHIVE, "feature:install mnedc-device");
            configure(device, token());
        }

        addressOfA = Waits.address(a.host());
        addressOfB = Waits.address(b.host());
        Waits.reached(a.host(), addressOfB);
        Waits.reached(b.host(), addressOfA);
        assertThat(relay.run("mnedc:status")).contains("3334");
    }

    @Test
    @Order(2)
    void itIsUpdatedUnderTraffic() {
        Path next = NextVersion.of(ARCHIVE, nats.lab().directory());
        Traffic traffic = Traffic.start(a.host(), b.host(), addressOfB, random.nextLong());
        for (Karaf karaf : List.of(relay, a, b)) {
            String feature = karaf == relay ? "mnedc-relay" : "mnedc-device";
            karaf.run("kar:install file:" + next, "feature:install --upgrade " + feature + "/" + NextVersion.NEXT);
            Traffic.Back back = traffic.awaitAfter(System.nanoTime());
            System.out.println("update of " + feature + " on " + karaf.host().name() + ": " + back);
            assertThat(karaf.run("feature:list --installed | grep " + feature)).contains(NextVersion.NEXT);
        }

        assertThat(traffic.finish()).contains("same ");
        assertThat(Waits.address(a.host())).isEqualTo(addressOfA);
        assertThat(Waits.address(b.host())).isEqualTo(addressOfB);
    }

    @Test
    @Order(3)
    void itComesBackAfterAPowerCut() {
        b.cut();
        relay.cut();

        Waits.reached(a.host(), addressOfB);
        Waits.reached(b.host(), addressOfA);
    }

    @Test
    @Order(4)
    void itIsUninstalledAndNothingIsLeft() {
        for (Karaf karaf : List.of(a, b, relay)) {
            Remote agent = karaf.agent();
            karaf.run("feature:uninstall " + (karaf == relay ? "mnedc-relay mnedc-shell" : "mnedc-device"));
            // another session: JLine uses JNA where there is some, so Karaf's shell is rewired when JNA comes or goes
            karaf.run("kar:uninstall next-io.mnedc.features.karaf", "kar:uninstall io.mnedc.features.karaf");
            Waits.until(
                    () -> "our bundles are gone: " + agent.ourBundles(),
                    Waits.LONG,
                    () -> agent.ourBundles().isEmpty());
            Waits.until(
                    "our threads are gone",
                    Waits.LONG,
                    () -> agent.call("resources").stream().noneMatch(line -> line.startsWith("thread mnedc-")));
            Waits.until(
                    "interface and routes are gone",
                    Waits.LONG,
                    () -> karaf.host().hasNothingOf("mnedc", "10.0.0."));
            // archives are gone, settings and data stay, as they do with every feature of Karaf
            Waits.until("the archives are gone", Waits.LONG, () -> {
                String[] archives = karaf.archives().toFile().list();
                return archives == null || archives.length == 0;
            });
            assertThat(karaf.run("feature:list")).doesNotContain("mnedc");
        }
        Waits.until("the relay's port is closed", Waits.LONG, () -> !Waits.open(nats.a()));
    }

    /** The relay is asked at its prompt. */
    private String token() {
        String[] printed = {""};
        Waits.until(() -> "a token: " + printed[0], Waits.LONG, () -> {
            printed[0] = relay.client("mnedc:token --address 192.168.1.10:3334").output();
            return TOKEN.matcher(printed[0]).find();
        });
        Matcher match = TOKEN.matcher(printed[0]);
        assertThat(match.find()).isTrue();
        return match.group();
    }

    /** Whether it is there and written to its end: Karaf does not make it in one step. */
    private static boolean complete(Path file) {
        try {
            String text = Files.exists(file) ? Files.readString(file) : "";
            return text.endsWith("\n") && text.contains("\nenabled") && text.contains("\njoin.token");
        } catch (IOException e) {
            throw new LabException("cannot read " + file, e);
        }
    }

    /** As somebody does who edits the file that came with the feature. */
    private static void configure(Karaf device, String token) throws IOException {
        Path file = device.etc().resolve("io.mnedc.device.cfg");
        Waits.until("the settings that the feature brings", Waits.LONG, () -> complete(file));
        String settings = Files.readString(file)
                .replaceAll("(?m)^enabled.*", "enabled = true")
                .replaceAll("(?m)^join.token.*", "join.token = " + token);
        assertThat(settings).contains("enabled = true", token);
        Files.writeString(file, settings + "\ndevice.id = " + device.host().name() + "\n");
    }
}
