package io.mnedc.device.settings;

import static io.mnedc.device.Fixture.ipv4;
import static io.mnedc.device.Fixture.receive;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.api.identity.Identity;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.device.DeviceTest;
import io.mnedc.device.Fixture;
import io.mnedc.device.Fixture.Node;
import io.mnedc.device.InTlsLab;
import io.mnedc.device.TestPackets;
import io.mnedc.testing.Await;
import io.mnedc.testing.HardwareKey;
import io.mnedc.testing.HardwareProvider;
import io.mnedc.testing.TestKeyStore;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.Security;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Identities that the device has not made itself: services and key stores of a gateway. */
@Timeout(180)
class IdentitySourceTest extends InTlsLab {
    private Identity identity(String id) throws Exception {
        lab.joined(id).device().close();
        return lab.store(id).identity();
    }

    @Test
    void providerMayComeGoAndChange() throws Exception {
        Identity identity = identity("one");
        Map<String, IdentityProvider> providers = new ConcurrentHashMap<>();
        Node one = lab.provided("one", name -> Optional.ofNullable(providers.get(name)));
        one.awaitFailed("identity.provider = \"kura\" is not there");
        int before = lab.relay.registrations.get();

        providers.put("kura", () -> identity);
        one.device().providersChanged();
        one.awaitReady();
        assertThat(lab.relay.registrations).hasValue(before + 1);

        // its connection stays when the service goes; the next one needs it again
        providers.clear();
        one.device().providersChanged();
        lab.relay = lab.fixture.restart(lab.relay);
        one.awaitFailed("is not there");
        providers.put("kura", () -> identity);
        one.device().providersChanged();
        one.awaitReady();
        assertThat(one.device().snapshot().certificate()).isPresent();
    }

    @Test
    void providerThatHangsOrFailsIsNamedAndDoesNotHoldUpTheRest() throws Exception {
        Identity identity = identity("one");
        CountDownLatch unplugged = new CountDownLatch(1);
        Node one = lab.provided(
                "one",
                name -> Optional.of(() -> {
                    try {
                        unplugged.await();
                    } catch (InterruptedException e) {
                        throw new GeneralSecurityException("interrupted", e);
                    }
                    return identity;
                }));
        Await.until("named", () -> one.problem().contains("has not answered for 5 s"));
        unplugged.countDown();
        one.awaitReady();
        int before = lab.relay.connections.get();

        // the pause that had begun without the identity ends long before one that begins now has ended for the fifth
        // time
        AtomicInteger asked = new AtomicInteger();
        lab.provided("two", name -> {
            asked.incrementAndGet();
            return Optional.empty();
        });
        Await.until("time has passed", () -> asked.get() > 5);
        assertThat(lab.relay.connections).as("its session goes on").hasValue(before);
        assertThat(one.state()).isEqualTo(State.READY);
        assertThat(one.count("reconnects")).isZero();
    }

    @Test
    void bundleOfAProviderThatIsJustGoingDoesNoHarm() throws Exception {
        Identity identity = identity("one");
        AtomicBoolean gone = new AtomicBoolean(true);
        Node one = lab.provided(
                "one",
                name -> Optional.of(() -> {
                    if (gone.get()) {
                        throw new NoClassDefFoundError("org/example/KeyStores");
                    }
                    return identity;
                }));
        one.awaitFailed("org/example/KeyStores");
        gone.set(false);
        one.awaitReady();
    }

    @Test
    void keyMayStayInItsHardware() throws Exception {
        Identity readable = identity("one");
        Identity identity = new Identity(new HardwareKey(readable.key()), readable.chain(), readable.trusted());
        assertThat(identity.key().getEncoded()).isNull();
        Provider token = new HardwareProvider();
        assertThat(Security.addProvider(token)).isPositive();
        try {
            Node one = lab.provided("one", name -> Optional.of(() -> identity));
            one.awaitReady();
            Node two = lab.joined("two");
            DeviceTest.awaitKnown(one, 1);
            // it signs handshakes with peers, whoever begins
            byte[] there = TestPackets.udp4(ipv4(2), ipv4(3), "there".getBytes(US_ASCII));
            one.tun().injectPacket(there);
            assertThat(receive(two)).isEqualTo(there);
            two.device().reconfigure(lab.settings("two", Map.of("rekey.seconds", 100)));
            byte[] back = TestPackets.udp4(ipv4(3), ipv4(2), "back".getBytes(US_ASCII));
            Await.until("other keys", () -> {
                two.tun().injectPacket(back);
                return one.count("sealed.keys") == 2;
            });
            assertThat(receive(one)).isEqualTo(back);
            assertThat(one.count("sealed.failures") + two.count("sealed.failures"))
                    .isZero();
        } finally {
            Security.removeProvider(token.getName());
        }
    }

    private Path keyStore(Identity identity, String password) throws Exception {
        return new TestKeyStore("PKCS12", password)
                .key("own", identity.key(), identity.chain())
                .trusted(identity.trusted())
                .write(directory.resolve("own.p12"));
    }

    private Map<String, Object> nameless(Path keyStore, String password) throws Exception {
        Map<String, Object> values = lab.values("");
        values.put("keystore", keyStore.toString());
        values.put("keystore.password", password);
        return values;
    }

    @Test
    void idInTheKeyStoresCertificateStandsInForAnEmptyOne() throws Exception {
        Path file = keyStore(identity("one"), "geheim");
        DeviceSettings settings = Fixture.settings(nameless(file, "geheim"), lab.relay);
        assertThat(settings.deviceId()).isEqualTo("one");
        DeviceSecuritySettings.Stores stores =
                (DeviceSecuritySettings.Stores) settings.security().source();
        for (String wrong : List.of("1970-01-01T00:00:10Z", "2100-01-01T00:00:00Z")) {
            assertThat(CertifiedId.of(stores, () -> Instant.parse(wrong))).isEqualTo("one");
        }
        lab.device(settings).awaitReady();
    }

    @Test
    void keyStoreThatCannotStandInForAnEmptyIdIsNamedWithTheCure() throws Exception {
        Path file = keyStore(identity("one"), "geheim");
        assertThatThrownBy(() -> Fixture.settings(nameless(file, "falsch"), lab.relay))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device.id is empty")
                .hasMessageContaining("set device.id")
                .hasMessageContaining("keystore.password")
                .hasMessageNotContaining("falsch");
        Path relays = keyStore(lab.gate.authority.identity(), "geheim");
        assertThatThrownBy(() -> Fixture.settings(nameless(relays, "geheim"), lab.relay))
                .hasMessageContaining("device.id is empty")
                .hasMessageContaining(relays.toString());
    }

    @Test
    void keyStoreOfOnesOwn() throws Exception {
        Identity identity = identity("one");
        Path file = keyStore(identity, "geheim");
        Map<String, String> values = Map.of(
                "keystore", file.toString(),
                "keystore.password", "falsch",
                "data.dir", lab.home("pki").toString());
        Node one = lab.device(lab.settings("one", values));
        one.awaitFailed("keystore.password");
        assertThat(one.problem()).doesNotContain("falsch");
        Map<String, Object> right = lab.values("one");
        right.putAll(values);
        right.put("keystore.password", "geheim");
        one.device().reconfigure(Fixture.settings(right, lab.relay));
        one.awaitReady();
    }
}
