package io.mnedc.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.DeviceStatus.State;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.notice.Notice;
import io.mnedc.testing.Await;
import io.mnedc.testing.Log;
import io.mnedc.testing.TestRegistry;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.ServiceReference;

/** The component with a registry of its own; in frameworks it is tested by the integration tests. */
@Timeout(180)
class DeviceComponentTest {
    private final TestRegistry registry = new TestRegistry();
    private final MemoryTunDriver driver = MemoryTunDriver.withAllOffloads();
    private final Map<String, Object> properties = new HashMap<>();
    private TestRelay relay;

    @BeforeEach
    void begin() throws IOException {
        relay = new TestRelay();
        properties.putAll(Map.of(
                "enabled", "true",
                "device.id", "one",
                "relays", relay.address().toString(),
                "security", "none"));
    }

    @AfterEach
    void end() throws IOException {
        relay.close();
    }

    @Test
    void aPartThatFailsHasTheDeviceStartAgainLaterEachTime() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        DeviceComponent component = new DeviceComponent(
                registry.context(),
                settings -> {
                    if (opened.incrementAndGet() <= 2) {
                        throw new NoClassDefFoundError("of a test");
                    }
                    return driver.open(settings);
                },
                Duration.ofMillis(300));
        String log = Log.of(() -> {
            component.activate(properties);
            Object first = registry.services().get(DeviceStatus.class);
            Await.until(
                    "stopped",
                    () -> !registry.services().containsKey(DeviceStatus.class) && notice().contains("has failed"));
            assertThat(notice()).contains("the device has stopped, because the control loop has failed", "tried again");
            awaitReady(opened, 3);
            assertThat(registry.services().get(DeviceStatus.class)).isNotSameAs(first);
            Await.until("no notice", () -> notice().isEmpty());
            component.deactivate(6);
        });
        assertThat(log.lines().filter(line -> line.contains("ERROR") && line.contains("the control loop has failed")))
                .hasSize(2);
        assertThat(log.lines().filter(line -> line.contains("The device stops: the control loop has failed")))
                .hasSize(2);
        assertThat(registry.services()).isEmpty();
    }

    private void awaitReady(AtomicInteger opened, int most) throws Exception {
        Await.until(
                "ready",
                () -> registry.services().get(DeviceStatus.class) instanceof DeviceStatus status
                        && status.snapshot().state() == State.READY);
        assertThat(opened).hasValue(most);
    }

    @Test
    void whoeverIsSwitchedOffWhileItRestsStaysOff() throws Exception {
        DeviceComponent component = new DeviceComponent(
                registry.context(),
                settings -> {
                    throw new NoClassDefFoundError("of a test");
                },
                Duration.ofHours(1));
        component.activate(properties);
        Await.until("stopped", () -> notice().contains("has failed"));
        properties.put("enabled", "false");
        component.modified(properties);
        assertThat(registry.services()).isEmpty();
        component.deactivate(6);
        Await.until(
                "no thread",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("mnedc-device")));
    }

    private DeviceComponent component() {
        DeviceComponent component = new DeviceComponent(registry.context(), driver, Duration.ofMillis(50));
        component.activate(properties);
        return component;
    }

    private DeviceStatus.Snapshot snapshot() {
        return ((DeviceStatus) Objects.requireNonNull(registry.services().get(DeviceStatus.class))).snapshot();
    }

    private void awaitReady() throws Exception {
        Await.until("ready", () -> snapshot().state() == State.READY);
    }

    @Test
    void servicesAreThereOnlyWhileItIsEnabled() throws Exception {
        properties.put("enabled", false);
        DeviceComponent component = component();
        assertThat(registry.services()).isEmpty();
        properties.put("enabled", true);
        component.modified(properties);
        assertThat(registry.services()).hasSize(2);
        awaitReady();
        properties.put("enabled", "false");
        component.modified(properties);
        assertThat(registry.services()).isEmpty();
        assertThat(driver.devices()).isEmpty();
        component.deactivate(6);
    }

    @Test
    void aDeviceWhoseServicesCannotBeRegisteredIsEndedAndStartsAgain() throws Exception {
        registry.refuseOnce(RelayLink.class);
        DeviceComponent component = new DeviceComponent(registry.context(), driver, Duration.ofSeconds(5));
        component.activate(properties);
        assertThat(notice()).contains("could not be started");
        assertThat(registry.services()).doesNotContainKey(DeviceStatus.class);
        assertThat(driver.devices()).isEmpty();
        Await.until("both services", () -> registry.services().containsKey(RelayLink.class));
        awaitReady();
        assertThat(registry.services(DeviceStatus.class)).hasSize(1);
        assertThat(driver.devices()).hasSize(1);
        component.deactivate(6);
        assertThat(driver.devices()).isEmpty();
    }

    private String notice() {
        return registry.services().get(Notice.class) instanceof Notice notice ? notice.text() : "";
    }

    @Test
    void afterABootWithWrongValuesItRunsAsBefore(@TempDir Path area) throws Exception {
        registry.storage(area);
        properties.put("mtu", "1300");
        DeviceComponent component = component();
        awaitReady();
        component.deactivate(6);
        properties.put("device.id", "press 7");
        properties.put("mtu", "12");
        component = component();
        awaitReady();
        assertThat(snapshot().deviceId()).isEqualTo("one");
        assertThat(driver.devices().get(0).settings().mtu()).isEqualTo(1300);
        assertThat(notice())
                .contains("configuration refused", "device.id", "press 7", "mtu = \"12\"")
                .contains("running with the settings of 20");

        properties.put("device.id", "one");
        properties.put("mtu", "1301");
        component.modified(properties);
        assertThat(notice()).isEmpty();
        Await.until("MTU", () -> driver.devices().get(0).settings().mtu() == 1301);
        component.deactivate(6);
        assertThat(registry.services()).isEmpty();
    }

    @Test
    void whatIsSwitchedOffOrDeletedDoesNotStart(@TempDir Path area) throws Exception {
        registry.storage(area);
        component().deactivate(6);
        properties.put("mtu", "12");
        properties.put("enabled", "false");
        DeviceComponent component = component();
        assertThat(registry.services()).isEmpty();
        component.modified(Map.of());
        assertThat(registry.services()).isEmpty();
        component.deactivate(6);
    }

    @Test
    void afterABootWithADirectoryThatCannotBeUsedItRunsAsBefore(@TempDir Path area) throws Exception {
        registry.storage(area);
        DeviceComponent component = component();
        awaitReady();
        component.deactivate(6);
        properties.put("security", "tls");
        properties.put("data.dir", "/proc/nope");
        component = component();
        awaitReady();
        assertThat(notice()).contains("/proc/nope", "running with the settings of");
        component.deactivate(6);
    }

    @Test
    void afterABootItGoesToTheDirectoryOfItsSettingsOnceThatCanBeUsed(@TempDir Path area) throws Exception {
        registry.storage(area);
        DeviceComponent component = component();
        awaitReady();
        component.deactivate(6);
        Path directory = Files.createFile(area.resolve("elsewhere"));
        properties.put("security", "tls");
        properties.put("data.dir", directory.toString());
        properties.put("device.id", "two");
        component = component();
        awaitReady();
        assertThat(snapshot().deviceId()).isEqualTo("one");
        assertThat(notice()).contains("data.dir", directory.toString(), "running with the settings of", "tried again");
        Object running = registry.services().get(DeviceStatus.class);
        Files.delete(directory);
        Await.until("it is there", () -> snapshot().deviceId().equals("two"));
        Await.until("nothing to say", () -> notice().isEmpty());
        // without an identity in that directory it has to join
        Await.until("its own identity", () -> snapshot().problem().orElse("").contains("no identity"));
        assertThat(registry.services().get(DeviceStatus.class)).isSameAs(running);
        assertThat(directory).isDirectory();
        component.deactivate(6);
    }

    @Test
    void whatIsSavedMeanwhileEndsTheWaitForAnotherDirectory(@TempDir Path area) throws Exception {
        DeviceComponent component = component();
        awaitReady();
        Path directory = Files.createFile(area.resolve("elsewhere"));
        Map<String, Object> elsewhere = new HashMap<>(properties);
        elsewhere.put("security", "tls");
        elsewhere.put("data.dir", directory.toString());
        component.modified(elsewhere);
        assertThat(notice()).contains("data.dir", "tried again");
        component.modified(properties);
        assertThat(notice()).isEmpty();
        Await.until(
                "nobody tries",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals("mnedc-device-retry")));
        Files.delete(directory);
        component.deactivate(6);
        assertThat(directory).doesNotExist();
    }

    @Test
    void aDirectoryThatCannotBeUsedStopsNoDevice() throws Exception {
        DeviceComponent component = component();
        awaitReady();
        Object running = registry.services().get(DeviceStatus.class);
        long reconnects = Objects.requireNonNull(snapshot().counters().get("reconnects"));
        properties.put("security", "tls");
        properties.put("data.dir", "/proc/nope");
        component.modified(properties);
        // what comes after it has been dealt with later
        properties.put("security", "none");
        properties.remove("data.dir");
        properties.put("mtu", "1300");
        component.modified(properties);
        Await.until(
                "MTU",
                () -> !driver.devices().isEmpty()
                        && driver.devices().get(0).settings().mtu() == 1300);
        assertThat(registry.services().get(DeviceStatus.class)).isSameAs(running);
        assertThat(snapshot().counters()).containsEntry("reconnects", reconnects);
        component.deactivate(6);
    }

    @Test
    void wrongConfigurationIsRefusedAndTheOldOneGoesOn() throws Exception {
        DeviceComponent component = component();
        awaitReady();
        var tun = driver.devices().get(0);
        properties.put("mtu", "12");
        properties.put("device.id", "other");
        component.modified(properties);
        assertThat(snapshot().deviceId()).isEqualTo("one");
        assertThat(snapshot().state()).isEqualTo(State.READY);
        assertThat(tun.isClosed()).isFalse();
        properties.put("mtu", "1300");
        component.modified(properties);
        Await.until(
                "the right one is in force",
                () -> relay.has("other") && tun.settings().mtu() == 1300);
        component.deactivate(6);
        assertThat(registry.services()).isEmpty();
        assertThat(tun.isClosed()).isTrue();
    }

    @Test
    void wrongFirstConfigurationStartsNothing() {
        properties.put("relays", "a:b:c");
        DeviceComponent component = component();
        assertThat(registry.services()).containsOnlyKeys(Notice.class);
        assertThat(notice()).contains("relays", "no device is started");
        component.deactivate(6);
    }

    private static ServiceReference<IdentityProvider> reference(String name, int ranking) {
        return TestRegistry.reference(IdentityProvider.class, IdentityProvider.NAME, name, ranking);
    }

    @Test
    void providersComeAndGo(@TempDir Path home) throws Exception {
        properties.put("security", "tls");
        properties.put("data.dir", home.resolve("identity").toString());
        properties.put("identity.provider", "kura");
        DeviceComponent component = component();
        Await.until("missing", () -> snapshot().problem().orElse("").contains("\"kura\" is not there"));
        ServiceReference<IdentityProvider> low = reference("kura", 1);
        ServiceReference<IdentityProvider> high = reference("kura", 2);
        component.addIdentityProvider(reference("other", 9), () -> {
            throw new GeneralSecurityException("the other one is not asked");
        });
        component.addIdentityProvider(low, () -> {
            throw new GeneralSecurityException("the token is not plugged in");
        });
        Await.until("low", () -> snapshot().problem().orElse("").contains("the token is not plugged in"));
        component.addIdentityProvider(high, () -> {
            throw new GeneralSecurityException("the token is locked");
        });
        Await.until("high", () -> snapshot().problem().orElse("").contains("the token is locked"));
        component.removeIdentityProvider(high);
        Await.until("low again", () -> snapshot().problem().orElse("").contains("the token is not plugged in"));
        component.removeIdentityProvider(low);
        Await.until("missing again", () -> snapshot().problem().orElse("").contains("\"kura\" is not there"));
        component.deactivate(6);
    }

    @Test
    void relayIsToldTheVersion() throws Exception {
        DeviceComponent component = component();
        awaitReady();
        assertThat(relay.heard.toString()).contains("software=mnedc/1.2.3,");
        component.deactivate(6);
    }
}
