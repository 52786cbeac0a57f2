package io.mnedc.itests.osgi;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.Lease;
import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.peer.PeerEvents;
import io.mnedc.api.peer.PeerListener;
import io.mnedc.api.relay.RelayEventListener;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.itests.gateway.RelayAndDevice;
import io.mnedc.itests.gateway.Waits;
import io.mnedc.tun.memory.MemoryTunDevice;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.event.EventConstants;
import org.osgi.service.event.EventHandler;

/** A relay and one or two devices in one framework. */
class OverlayIT {
    @TempDir
    Path data;

    private final BundleContext context =
            FrameworkUtil.getBundle(OverlayIT.class).getBundleContext();
    private final Services services = new Services(context);
    private RelayAndDevice overlay;

    @BeforeEach
    void prepare() throws Exception {
        overlay = new RelayAndDevice(context, data);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        overlay.stop();
        Waits.until("our threads", RelayAndDevice::threads, List::isEmpty);
    }

    @Test
    void nothingRunsUntilItIsEnabled() throws Exception {
        for (String pid : List.of(RelayAndDevice.ADDRESS, RelayAndDevice.RELAY, RelayAndDevice.DEVICE)) {
            overlay.configurations().set(pid, Map.of("listen", new String[] {overlay.relayAddress()}));
        }
        assertThat(RelayAndDevice.threads()).isEmpty();
        assertThat(RelayAndDevice.listening(overlay.port())).isFalse();
        assertThat(services.ask(MemoryTunDriver.class, MemoryTunDriver::devices))
                .hasValue(List.of());
        assertThat(services.has(AddressAllocator.class)).isFalse();
        assertThat(services.has(RelayStatus.class)).isFalse();
        assertThat(services.has(DeviceStatus.class)).isFalse();
        assertThat(services.has(PeerDirectory.class)).isFalse();
    }

    @Test
    void everyServiceIsThereOnceEnabled() throws Exception {
        overlay.start();
        awaitReady();
        assertThat(List.of(
                        AddressAllocator.class,
                        LeaseStore.class,
                        RelayStatus.class,
                        DeviceStatus.class,
                        RelayLink.class,
                        PeerDirectory.class))
                .allMatch(services::has);
        assertThat(services.hasOneWith("(" + TunDriver.KIND + "=memory)")).isTrue();
        assertThat(services.hasOneWith("(" + TunDriver.KIND + "=linux)")).isTrue();
        assertThat(services.hasOneWith("(&(osgi.command.scope=mnedc)(osgi.command.function=ping))"))
                .isTrue();
    }

    @Test
    void aServiceThatListensIsToldWhoJoinsTheRelay() throws Exception {
        var seen = new CopyOnWriteArrayList<String>();
        RelayEventListener listener = event -> seen.add(event.kind().label() + " " + event.deviceId());
        var registration = context.registerService(RelayEventListener.class, listener, null);
        try {
            overlay.start();
            awaitReady();
            Waits.until("events", () -> seen, events -> events.contains("joined " + RelayAndDevice.DEVICE_ID));
        } finally {
            registration.unregister();
        }
    }

    @Test
    void theDeviceHasTheAddressThatItsLeaseSays() throws Exception {
        overlay.start();
        DeviceStatus.Snapshot device = awaitReady();
        Lease lease = services.await(
                        AddressAllocator.class, each -> each.lease(RelayAndDevice.DEVICE_ID), Optional::isPresent)
                .orElseThrow();
        assertThat(device.addresses()).contains(lease.ipv4().getHostAddress() + "/24");
        assertThat(tun().settings().addresses())
                .extracting(TunSettings.Prefix::address)
                .contains(lease.ipv4(), lease.ipv6());
        List<RelayStatus.Session> sessions = services.await(
                RelayStatus.class,
                relay -> relay.snapshot().sessions(),
                list -> list.size() == 1 && list.get(0).dataBound());
        assertThat(sessions.get(0).deviceId()).isEqualTo(RelayAndDevice.DEVICE_ID);
    }

    @Test
    void twoDevicesSeeEachOtherPingAndExchangePackets() throws Exception {
        overlay.start();
        awaitReady();
        var events = new PeerRecorder();
        var registration = context.registerService(PeerListener.class, events, null);
        try {
            Lease first = lease(RelayAndDevice.DEVICE_ID);
            var second = SecondDevice.start(context, overlay);
            try {
                services.await(PeerDirectory.class, PeerDirectory::peers, peers -> peers.size() == 1);
                Lease other = lease(SecondDevice.ID);
                Waits.until("events", events::seen, seen -> seen.contains("joined " + SecondDevice.ID));
                assertThat(services.ask(
                                PeerDirectory.class,
                                each -> each.byAddress(other.ipv6())
                                        .map(Peer::deviceId)
                                        .orElse("nobody")))
                        .hasValue(SecondDevice.ID);
                awaitPing(other.node());
                packetArrives(tun(first), tun(other), first, other);
                packetArrives(tun(other), tun(first), other, first);
            } finally {
                second.stop();
            }
            Waits.until("events", events::seen, seen -> seen.contains("left " + SecondDevice.ID));
            assertThat(services.ask(PeerDirectory.class, PeerDirectory::peers)).hasValue(List.of());
        } finally {
            registration.unregister();
        }
    }

    @Test
    void filtersListenersAndEventsTellOfPeersAndTheirServices() throws Exception {
        overlay.start();
        awaitReady();
        var wanted = new PeerRecorder();
        var others = new PeerRecorder();
        List<String> topics = new CopyOnWriteArrayList<>();
        EventHandler handler = event -> topics.add(event.getTopic() + " " + event.getProperty(PeerDirectory.DEVICE_ID));
        var registrations = List.of(
                context.registerService(PeerListener.class, wanted, filter("(device.id=sec*)")),
                context.registerService(PeerListener.class, others, filter("(device.id=fridge)")),
                context.registerService(
                        EventHandler.class,
                        handler,
                        FrameworkUtil.asDictionary(Map.of(EventConstants.EVENT_TOPIC, new String[] {PeerEvents.ALL}))));
        try {
            var second = SecondDevice.start(context, overlay);
            try {
                Waits.until("event", () -> topics, all -> all.contains(PeerEvents.JOINED + " " + SecondDevice.ID));
                Waits.until("events", wanted::seen, seen -> seen.contains("joined " + SecondDevice.ID));
                assertThat(others.seen()).isEmpty();
                assertThat(services.ask(PeerDirectory.class, each -> each.peers("(device.id=sec*)"))
                                .orElseThrow())
                        .extracting(Peer::deviceId)
                        .containsExactly(SecondDevice.ID);
                assertThat(services.ask(PeerDirectory.class, each -> each.peers("(device.id=fridge)")))
                        .hasValue(List.of());
                Duration time = services.ask(
                                PeerDirectory.class, each -> each.roundTrip(SecondDevice.ID, Duration.ofSeconds(30)))
                        .orElseThrow()
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS);
                assertThat(time).isPositive();
            } finally {
                second.stop();
            }
            Waits.until("event", () -> topics, all -> all.contains(PeerEvents.LEFT + " " + SecondDevice.ID));
            Waits.until("events", wanted::seen, seen -> seen.contains("left " + SecondDevice.ID));
        } finally {
            registrations.forEach(ServiceRegistration::unregister);
        }
    }

    private static Dictionary<String, ?> filter(String filter) {
        return FrameworkUtil.asDictionary(Map.of(PeerListener.FILTER, filter));
    }

    @Test
    void theShellShowsRelayDeviceAndLeases() throws Exception {
        overlay.start();
        awaitReady();
        assertThat(command("status"))
                .contains("Relay", "Device " + RelayAndDevice.DEVICE_ID, "READY", "security    tls");
        assertThat(command("leases")).contains(RelayAndDevice.DEVICE_ID, "10.77.0.");
        assertThat(command("peers")).contains("No peers.", "platform");
    }

    private String command(String name) throws Exception {
        var reference = context.getServiceReferences((String) null, "(osgi.command.function=status)")[0];
        Object commands = context.getService(reference);
        try {
            return String.valueOf(commands.getClass().getMethod(name + "Text").invoke(commands));
        } finally {
            context.ungetService(reference);
        }
    }

    private DeviceStatus.Snapshot awaitReady() throws InterruptedException {
        return services.await(
                DeviceStatus.class, DeviceStatus::snapshot, snapshot -> snapshot.state() == DeviceStatus.State.READY);
    }

    private Lease lease(String deviceId) throws InterruptedException {
        return services.await(AddressAllocator.class, each -> each.lease(deviceId), Optional::isPresent)
                .orElseThrow();
    }

    private MemoryTunDevice tun() throws InterruptedException {
        return services.await(MemoryTunDriver.class, MemoryTunDriver::devices, list -> list.size() == 1)
                .get(0);
    }

    private MemoryTunDevice tun(Lease lease) throws InterruptedException {
        return services.await(
                        MemoryTunDriver.class,
                        driver -> driver.devices().stream()
                                .filter(device -> device.settings().addresses().stream()
                                        .anyMatch(prefix -> prefix.address().equals(lease.ipv4())))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    private void awaitPing(int node) throws InterruptedException {
        Waits.until(
                "echo of node " + node,
                () -> services.ask(DeviceStatus.class, "(mnedc.device.id=first)", device -> {
                    try {
                        return device.ping(node, Duration.ofSeconds(2))
                                .toCompletableFuture()
                                .get(3, TimeUnit.SECONDS);
                    } catch (Exception e) {
                        return null;
                    }
                }),
                Optional::isPresent);
    }

    private static void packetArrives(MemoryTunDevice from, MemoryTunDevice to, Lease source, Lease destination)
            throws InterruptedException {
        byte[] packet = Packets.udp(source.ipv4(), destination.ipv4(), "hello");
        Waits.until(
                "packet to " + destination.deviceId(),
                () -> {
                    from.injectPacket(packet);
                    return received(to);
                },
                received -> received != null
                        && Arrays.equals(
                                received, MemoryTunDevice.VNET_HEADER, received.length, packet, 0, packet.length));
    }

    private static byte @org.jspecify.annotations.Nullable [] received(MemoryTunDevice tun) {
        try {
            return tun.take(Duration.ofSeconds(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
