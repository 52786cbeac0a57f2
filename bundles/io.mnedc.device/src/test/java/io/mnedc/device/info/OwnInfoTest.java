package io.mnedc.device.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.InfoDocument;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.Fixture;
import io.mnedc.device.NoLoop;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.testing.HardwareKey;
import io.mnedc.testing.TestClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a device tells about itself: signed, numbered, and all of it sooner or later. */
class OwnInfoTest {
    private static final OrchestrationInfo SMALL = new OrchestrationInfo(
            "linux",
            "osgi",
            List.of(new OfferedService("web", "http", 80, Map.of("path", "/"))),
            Map.of("site", "north"));
    private static final OrchestrationInfo LARGE = LargeInfo.of("linux");

    @TempDir
    private Path directory;

    private final TestClock clock = TestClock.now();
    private final NoLoop loop = new NoLoop();
    private final List<Publish> said = new ArrayList<>();
    private SigningDevices devices;
    private DeviceIdentity self;
    private OwnInfo own;

    @BeforeEach
    void joined() throws Exception {
        devices = new SigningDevices(directory, clock);
        self = devices.joined("self", "gateways");
        own = own(devices.settings("self"));
    }

    private OwnInfo own(DeviceSettings settings) {
        return new OwnInfo(loop, Runnable::run, self, () -> settings, clock, said::add);
    }

    private void later() {
        while (!loop.later.isEmpty()) {
            loop.later.remove().task().run();
        }
    }

    private static Hello bare(int security) {
        return new Hello("self", 1, "test", 15, security, NodeInfo.NONE);
    }

    private Publish last() {
        return said.get(said.size() - 1);
    }

    private static InfoDocument document(Publish publication) throws ProtocolException {
        return InfoDocument.decode(
                Objects.requireNonNull(publication.document()).body());
    }

    @Test
    void peersBelieveWhatThisDeviceTells() throws Exception {
        own.publish(SMALL);
        Publish told = last();
        InfoVerifier.Result result = new InfoVerifier(devices.joined("reader"), new LongAdder())
                .check(new NodeRecord("self", 5, "", 7, told.info(), told.document()), true);
        assertThat(result.verified()).isTrue();
        assertThat(result.info()).isEqualTo(SMALL);
        assertThat(result.groups()).containsExactly("gateways");
        assertThat(told.info().services().get(0).attributes())
                .as("old peers read no attributes")
                .isEmpty();
    }

    @Test
    void numbersGrowAlsoOverARestartWithAClockThatWasSetBack() throws Exception {
        own.publish(SMALL);
        long first = document(last()).issue();
        assertThat(first).isEqualTo(clock.millis());
        own.publish(LARGE);
        later();
        long second = document(last()).issue();
        assertThat(second).isGreaterThan(first);
        clock.advance(Duration.ofDays(-1));
        OwnInfo restarted = own(devices.settings("self"));
        restarted.publish(SMALL);
        assertThat(document(last()).issue()).isGreaterThan(second);
    }

    @Test
    void aBurstIsOneDocument() throws Exception {
        own.publish(SMALL);
        for (int i = 1; i <= 20; i++) {
            own.publish(new OrchestrationInfo("p" + i, "osgi", List.of()));
        }
        assertThat(said).hasSize(1);
        later();
        assertThat(said).hasSize(2);
        assertThat(document(last()).info().platform()).isEqualTo("p20");
    }

    @Test
    void aHelloHasWhatFitsAndTheRestFollows() {
        own.publish(SMALL);
        Hello hello = own.in(bare(Protocol.SECURITY_TLS));
        assertThat(hello.document()).isEqualTo(last().document());
        said.clear();
        own.registered(hello);
        assertThat(said).as("all is said").isEmpty();

        own.publish(LARGE);
        later();
        Publish large = last();
        Hello first = own.in(bare(Protocol.SECURITY_TLS));
        assertThat(ControlCodec.encode(first).remaining()).isLessThanOrEqualTo(Protocol.MAX_HANDSHAKE_MESSAGE + 4);
        assertThat(first.document()).isNull();
        assertThat(first.info().services()).hasSize(Protocol.MAX_SERVICES);
        said.clear();
        own.registered(first);
        assertThat(said).containsExactly(large);
    }

    @Test
    void whatChangesBetweenHelloAndWelcomeIsNotLost() {
        own.publish(SMALL);
        Hello hello = own.in(bare(Protocol.SECURITY_TLS));
        own.publish(new OrchestrationInfo("other", "osgi", List.of()));
        later();
        said.clear();
        own.registered(hello);
        assertThat(said).hasSize(1);
        assertThat(last().info().platform()).isEqualTo("other");
    }

    @Test
    void anotherCertificateSignsFromThenOn() throws Exception {
        own.publish(SMALL);
        own.identified(SigningDevices.identity(self));
        later();
        assertThat(said).as("the same one").hasSize(1);
        own.identified(SigningDevices.identity(devices.joined("another")));
        later();
        assertThat(said).hasSize(2);
    }

    @Test
    void withoutAnIdentityItIsToldUnsignedAndSignedOnceThereIsOne() throws Exception {
        DeviceIdentity none = new DeviceIdentity(name -> Optional.empty(), clock);
        DeviceSettings settings = devices.settings("late");
        own = new OwnInfo(loop, Runnable::run, none, () -> settings, clock, said::add);
        own.publish(SMALL);
        assertThat(last().document()).isNull();
        assertThat(last().info().platform()).isEqualTo("linux");
        devices.joined("late");
        none.ask(settings.security(), "late", token -> false);
        own.identified(SigningDevices.identity(none));
        later();
        assertThat(last().document()).isNotNull();
    }

    @Test
    void aKeyThatFailsIsTriedAgainAndPeersKeepWhatTheyWereTold() throws Exception {
        Identity good = SigningDevices.identity(self);
        Identity[] now = {good};
        DeviceIdentity hardware = new DeviceIdentity(name -> Optional.of(() -> now[0]), clock);
        DeviceSettings settings = Fixture.settings(Map.of(
                "device.id",
                "self",
                "relays",
                List.of("127.0.0.1:1"),
                "security",
                "tls",
                "identity.provider",
                "token",
                "data.dir",
                directory.resolve("hardware").toString()));
        own = new OwnInfo(loop, Runnable::run, hardware, () -> settings, clock, said::add);
        hardware.ask(settings.security(), "self", token -> false);
        own.publish(SMALL);
        Publish first = last();
        assertThat(first.document()).isNotNull();

        // no provider knows what to do with it
        now[0] = new Identity(new HardwareKey(good.key()), good.chain(), good.trusted());
        hardware.ask(settings.security(), "self", token -> false);
        own.publish(LARGE);
        loop.later.remove().task().run();
        assertThat(said).as("what cannot be signed is not told").containsExactly(first);
        assertThat(own.in(bare(Protocol.SECURITY_TLS)).document()).isEqualTo(first.document());
        assertThat(loop.later).as("one more try").hasSize(1);

        now[0] = good;
        hardware.ask(settings.security(), "self", token -> false);
        later();
        assertThat(said).hasSize(2);
        assertThat(document(last()).info()).isEqualTo(InfoRecords.whole(LARGE));
    }

    @Test
    void afterAChangeOfTheIdNothingIsToldByTheOldDocument() {
        own.publish(SMALL);
        assertThat(own.in(bare(Protocol.SECURITY_TLS)).document()).isNotNull();
        own.settingsChanged();
        assertThat(own.in(bare(Protocol.SECURITY_TLS)).document()).isNull();
        later();
        assertThat(own.in(bare(Protocol.SECURITY_TLS)).document()).isNotNull();
    }

    @Test
    void withoutSecurityAttributesAreToldAsTheyAre() throws Exception {
        own = own(Fixture.settings(Map.of("device.id", "self", "relays", List.of("127.0.0.1:1"))));
        own.publish(SMALL);
        assertThat(last().document()).isNull();
        assertThat(InfoRecords.of(last().info())).isEqualTo(SMALL);
        own.publish(LARGE);
        later();
        Hello hello = own.in(bare(Protocol.SECURITY_NONE));
        assertThat(ControlCodec.encode(hello).remaining()).isLessThanOrEqualTo(Protocol.MAX_HANDSHAKE_MESSAGE + 4);
        assertThat(last().info().services()).hasSize(Protocol.MAX_SERVICES);
    }
}
