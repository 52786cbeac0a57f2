package io.mnedc.itests.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.itests.gateway.RelayAndDevice;
import io.mnedc.itests.gateway.Waits;
import io.mnedc.tun.memory.MemoryTunDevice;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** A change of the configuration takes effect at once and touches only what it must. */
class ConfigurationIT {
    @TempDir
    Path data;

    private final BundleContext context =
            FrameworkUtil.getBundle(ConfigurationIT.class).getBundleContext();
    private final Services services = new Services(context);
    private RelayAndDevice overlay;
    private MemoryTunDevice tun;

    @BeforeEach
    void start() throws Exception {
        overlay = new RelayAndDevice(context, data);
        overlay.start();
        awaitReady();
        tun = openTun();
    }

    @AfterEach
    void stop() throws Exception {
        overlay.stop();
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
    }

    @Test
    void anotherRelayListKeepsConnectionAndTun() throws Exception {
        var session = session();
        device("relays", new String[] {"127.0.0.1:1", overlay.relayAddress()});
        services.await(
                DeviceStatus.class,
                status -> status.snapshot().relays(),
                List.of("127.0.0.1:1", overlay.relayAddress())::equals);
        assertThat(openTun()).isSameAs(tun);
        assertThat(session().since()).isEqualTo(session.since());
    }

    @Test
    void theRelayMovesAndTheDeviceFollowsWithItsTunAndAddress() throws Exception {
        int oldPort = overlay.port();
        String address = awaitReady().addresses().get(0);
        overlay.moveTo(RelayAndDevice.freePort());
        overlay.configurations().set(RelayAndDevice.RELAY, overlay.relay());
        Waits.until("old port", () -> RelayAndDevice.listening(oldPort), open -> !open);
        overlay.configurations().set(RelayAndDevice.DEVICE, overlay.device());
        services.await(
                DeviceStatus.class,
                DeviceStatus::snapshot,
                now -> now.state() == DeviceStatus.State.READY && now.relay().contains(":" + overlay.port()));
        assertThat(awaitReady().addresses()).contains(address);
        assertThat(openTun()).isSameAs(tun);
    }

    @Test
    void theMtuChangesWithoutMakingTheInterfaceAnew() throws Exception {
        device("mtu", 1300);
        Waits.until("MTU", () -> tun.settings().mtu(), mtu -> mtu == 1300);
        assertThat(tun.isClosed()).isFalse();
        awaitReady();
    }

    @Test
    void anotherPoolGivesAnotherAddressToTheSameInterface() throws Exception {
        device("pool.change", "follow");
        Map<String, Object> address = overlay.address();
        address.put("pool", "10.88.0.0/24");
        overlay.configurations().set(RelayAndDevice.ADDRESS, address);
        services.await(
                DeviceStatus.class,
                DeviceStatus::snapshot,
                now -> now.state() == DeviceStatus.State.READY
                        && now.addresses().stream().anyMatch(each -> each.startsWith("10.88.0.")));
        assertThat(openTun()).isSameAs(tun);
    }

    @Test
    void aWrongValueIsRefusedAndTheOldOneGoesOn() throws Exception {
        DeviceStatus.Snapshot before = awaitReady();
        var session = session();
        device("mtu", 12);
        device("relays", new String[] {"not a host:port:at all"});
        device("rules", new String[] {"allow everybody"});
        device("join.token", "mnedc1-nonsense");
        device("security", "rot13");
        Map<String, Object> relay = overlay.relay();
        relay.put("listen", new String[] {"127.0.0.1:99999"});
        overlay.configurations().set(RelayAndDevice.RELAY, relay);
        relay.put("listen", new String[] {overlay.relayAddress()});
        relay.put("keepalive.millis", 1L);
        overlay.configurations().set(RelayAndDevice.RELAY, relay);
        Map<String, Object> address = overlay.address();
        address.put("pool", "10.0.0.1/99");
        overlay.configurations().set(RelayAndDevice.ADDRESS, address);

        // a right one after them: once it is in force, the wrong ones have been dealt with
        device("mtu", 1301);
        Waits.until("MTU", () -> tun.settings().mtu(), mtu -> mtu == 1301);
        DeviceStatus.Snapshot after = awaitReady();
        assertThat(after.relays()).isEqualTo(before.relays());
        assertThat(after.addresses()).isEqualTo(before.addresses());
        assertThat(openTun()).isSameAs(tun);
        assertThat(session().since()).isEqualTo(session.since());
        assertThat(services.ask(AddressAllocator.class, each -> each.network().cidr()))
                .hasValue("10.77.0.0/24");
        assertThat(services.ask(
                        RelayStatus.class, each -> each.snapshot().listening().toString()))
                .hasValueSatisfying(listening -> assertThat(listening).contains(":" + overlay.port()));
    }

    @Test
    void aConfigurationOfTextsWorksAsOneOfTypes() throws Exception {
        overlay.stop();
        overlay.configurations()
                .set(
                        RelayAndDevice.ADDRESS,
                        Map.of(
                                "enabled",
                                "true",
                                "pool",
                                "10.99.0.0/24",
                                "data.dir",
                                data.resolve("x").toString()));
        overlay.configurations()
                .set(
                        RelayAndDevice.RELAY,
                        Map.of(
                                "enabled", "true",
                                "security", "none",
                                "listen", overlay.relayAddress(),
                                "loops", "1"));
        overlay.configurations()
                .set(
                        RelayAndDevice.DEVICE,
                        Map.of(
                                "enabled", "true",
                                "device.id", "texts",
                                "data.dir", data.resolve("texts").toString(),
                                "security", "none",
                                "relays", "127.0.0.1:1, " + overlay.relayAddress(),
                                "mtu", "1400",
                                "services", "web:http:80, db",
                                "driver.target", "(mnedc.tun.driver=memory)"));
        DeviceStatus.Snapshot device = awaitReady();
        assertThat(device.addresses()).anyMatch(each -> each.startsWith("10.99.0."));
        assertThat(own().services())
                .containsExactly(new OfferedService("web", "http", 80), new OfferedService("db", "", 0));
    }

    @Test
    void servicesAreRepublishedLiveAndAWrongOneIsRefused() throws Exception {
        var registration = context.getServiceReference(PeerDirectory.class);
        var session = session();
        device("services", new String[] {"web:http:80"});
        assertThat(own().services()).containsExactly(new OfferedService("web", "http", 80));
        device("services", new String[] {"web:http:eighty"});
        assertThat(own().services()).containsExactly(new OfferedService("web", "http", 80));
        assertThat(context.getServiceReference(PeerDirectory.class)).isEqualTo(registration);
        assertThat(session().since()).isEqualTo(session.since());
    }

    @Test
    void afterABootWithAWrongServiceThoseBeforeAreOffered() throws Exception {
        device("services", new String[] {"web:http:80"});
        assertThat(own().services()).containsExactly(new OfferedService("web", "http", 80));
        overlay.configurations().remove(RelayAndDevice.DEVICE);
        assertThat(services.has(PeerDirectory.class)).isFalse();
        device("services", new String[] {"web:http:eighty"});
        assertThat(own().services()).containsExactly(new OfferedService("web", "http", 80));
        assertThat(services.ask(Notice.class, Notice::text))
                .hasValueSatisfying(
                        text -> assertThat(text).contains("web:http:eighty", "running with the settings of"));
        device("services", new String[] {"db"});
        assertThat(own().services()).containsExactly(new OfferedService("db", "", 0));
        assertThat(services.has(Notice.class)).isFalse();
    }

    @Test
    void anOsgiServiceWithThePropertyIsOfferedWhileItIsThere() throws Exception {
        var offered = new OfferedService("sensor", "mqtt", 1883);
        var properties = FrameworkUtil.asDictionary(Map.<String, Object>of(
                OfferedService.NAME_PROPERTY, "sensor",
                OfferedService.PROTOCOL_PROPERTY, "mqtt",
                OfferedService.PORT_PROPERTY, "1883"));
        var registration = context.registerService(Runnable.class, () -> {}, properties);
        assertThat(own().services()).contains(offered);
        registration.unregister();
        assertThat(own().services()).doesNotContain(offered);
    }

    @Test
    void disablingEndsEverythingAndEnablingBringsItBackWithTheSameAddress() throws Exception {
        List<String> addresses = awaitReady().addresses();
        for (String pid : List.of(RelayAndDevice.DEVICE, RelayAndDevice.RELAY, RelayAndDevice.ADDRESS)) {
            overlay.configurations().set(pid, Map.of("enabled", false));
        }
        assertThat(tun.isClosed()).isTrue();
        assertThat(RelayAndDevice.listening(overlay.port())).isFalse();
        assertThat(services.has(AddressAllocator.class)).isFalse();
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
        overlay.start();
        assertThat(awaitReady().addresses()).isEqualTo(addresses);
    }

    private void device(String key, Object value) throws Exception {
        Map<String, Object> values = overlay.device();
        values.put(key, value);
        overlay.configurations().set(RelayAndDevice.DEVICE, values);
    }

    private DeviceStatus.Snapshot awaitReady() throws InterruptedException {
        return services.await(
                DeviceStatus.class, DeviceStatus::snapshot, snapshot -> snapshot.state() == DeviceStatus.State.READY);
    }

    private RelayStatus.Session session() throws InterruptedException {
        return services.await(RelayStatus.class, each -> each.snapshot().sessions(), list -> !list.isEmpty())
                .get(0);
    }

    private OrchestrationInfo own() throws InterruptedException {
        return services.await(PeerDirectory.class, PeerDirectory::own, own -> true);
    }

    private MemoryTunDevice openTun() throws InterruptedException {
        return services.await(MemoryTunDriver.class, MemoryTunDriver::devices, list -> list.size() == 1)
                .get(0);
    }
}
