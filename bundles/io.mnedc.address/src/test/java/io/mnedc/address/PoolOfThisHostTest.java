package io.mnedc.address;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.address.HostNetworks.Local;
import io.mnedc.address.HostNetworks.Nic;
import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses.Outside;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.notice.Notice;
import io.mnedc.testing.TestRegistry;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A virtual network must not contain an address at which devices reach the relay. */
class PoolOfThisHostTest {
    private static final String ULA = "fd12:3456:789a:1::/64";

    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final List<Nic> host = new CopyOnWriteArrayList<>();
    private final List<Outside> outside = new CopyOnWriteArrayList<>();
    private final TestRegistry registry = new TestRegistry();
    private StoredLeases store;
    private AddressAllocatorComponent component;

    @BeforeEach
    void open() throws Exception {
        registry.storage(directory.resolve("area"));
        store = StoredLeases.in(directory.resolve("leases"));
        component = new AddressAllocatorComponent(registry.context(), store, () -> host, LIMIT);
    }

    @AfterEach
    void end() {
        component.stop(6);
        store.close();
    }

    private List<String> leased() {
        return registry.properties(AddressAllocator.class, AddressAllocator.POOL);
    }

    private List<String> notices() {
        return registry.services(Notice.class).stream().map(Notice::text).toList();
    }

    private static Map<String, Object> config(String pool) {
        return Map.of("enabled", true, "pool", pool, "ipv6.prefix", ULA);
    }

    private static Nic nic(String name, boolean pointToPoint, String... prefixes) throws UnknownHostException {
        List<Local> addresses = new ArrayList<>();
        for (String prefix : prefixes) {
            int slash = prefix.indexOf('/');
            addresses.add(new Local(
                    InetAddress.getByName(prefix.substring(0, slash)), Integer.parseInt(prefix.substring(slash + 1))));
        }
        return new Nic(name, pointToPoint, addresses);
    }

    @Test
    void afterABootWithAWrongPoolTheOneBeforeIsLeased() {
        component.start(config("10.5.0.0/24"));
        component.stop(6);
        component = new AddressAllocatorComponent(registry.context(), store, () -> host, LIMIT);
        component.start(Map.of("enabled", true, "pool", "10.0.0.1/99", "lease.absence", "soon"));
        assertThat(leased()).containsExactly("10.5.0.0/24");
        assertThat(notices())
                .singleElement()
                .asString()
                .contains("configuration refused", "10.0.0.1/99", "soon", "running with the settings of 20");
        component.change(Map.of("enabled", false, "pool", "10.0.0.1/99"));
        assertThat(leased()).isEmpty();
        assertThat(notices()).isEmpty();
    }

    @Test
    void defaultPoolWaitsUntilTheHostHasLeftIt() throws Exception {
        host.add(nic("eth0", false, "10.0.0.5/24"));

        component.start(Map.of("enabled", true));
        assertThat(leased()).as("nothing that devices could not use").isEmpty();

        host.set(0, nic("eth0", false, "192.168.1.5/24"));
        component.look();
        assertThat(leased()).containsExactly("10.0.0.0/24");
    }

    @Test
    void nameOfTheInterfaceIsShownWithoutItsControlCharacters() throws Exception {
        Conflicts conflicts = new Conflicts(List.of(nic("bad\u001b[31m", false, "10.0.0.5/24")), List.of());

        assertThat(conflicts.with(VirtualNetwork.parse("10.0.0.0/24", ULA), null))
                .hasValueSatisfying(why -> assertThat(why).contains("(interface bad?[31m)"));
    }

    @Test
    void refusedChangeLeavesTheOldPoolAndIsMadeWhenItCanBe() throws Exception {
        host.add(nic("eth0", false, "192.168.100.10/24"));
        component.start(config("10.0.0.0/24"));

        component.change(config("192.168.100.0/24"));
        assertThat(leased()).containsExactly("10.0.0.0/24");

        host.set(0, nic("eth0", false, "192.168.7.10/24"));
        component.look();
        assertThat(leased()).containsExactly("192.168.100.0/24");
    }

    @Test
    void addressThatComesIntoTheRunningPoolEndsNothing() throws Exception {
        host.add(nic("eth0", false, "192.168.1.5/24"));
        component.addOutside(() -> outside);
        component.start(config("10.0.0.0/24"));
        component.look();

        host.set(0, nic("eth0", false, "10.0.0.5/24"));
        component.look();

        assertThat(leased()).as("devices that dial another address go on").containsExactly("10.0.0.0/24");
    }

    @Test
    void relayThatIsReachedInThePoolEndsItAtItsStart() throws Exception {
        component.start(config("10.0.0.0/24"));
        assertThat(leased()).containsExactly("10.0.0.0/24");

        outside.add(new Outside(InetAddress.getByName("10.0.0.9"), "where the relay listens"));
        component.addOutside(() -> outside);
        component.look();
        assertThat(leased()).isEmpty();

        component.change(config("10.9.0.0/24"));
        assertThat(leased()).containsExactly("10.9.0.0/24");
        component.change(config("10.0.0.0/8"));
        assertThat(leased()).as("enlarged over the relay").containsExactly("10.9.0.0/24");
    }

    @Test
    void disabledOneLooksAtNothing() throws Exception {
        host.add(nic("eth0", false, "10.0.0.5/24"));
        component.start(config("10.0.0.0/24"));
        component.change(Map.of());
        for (Thread each : Thread.getAllStackTraces().keySet()) {
            if (each.getName().equals("mnedc-address-watch")) {
                // it has ended, or is about to
                each.join(30_000);
                assertThat(each.isAlive()).isFalse();
            }
        }
        host.clear();
        component.look();
        assertThat(leased()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "eth0, false, 10.0.0.5/24, pool = \"10.0.0.0/24\" is not allowed",
        "eth0, false, 10.0.0.5/32, 10.0.0.5",
        "ppp0, true, 10.0.0.5/32, interface ppp0",
        "eth0, false, fd12:3456:789a:1:2:3:4:5/64, ipv6.prefix",
        "lo, false, 10.0.0.200/32, interface lo"
    })
    void addressOfTheHostIsNamedWithTheCure(String name, boolean pointToPoint, String prefix, String said)
            throws Exception {
        Conflicts conflicts = new Conflicts(List.of(nic(name, pointToPoint, prefix)), List.of());
        VirtualNetwork pool = VirtualNetwork.parse("10.0.0.0/24", ULA);

        assertThat(conflicts.with(pool, null).orElseThrow())
                .contains(said)
                .contains("used nowhere else, such as ")
                .doesNotEndWith("10.0.0.0/24");
    }

    @Test
    void freeNetworkThatIsProposedIsFree() throws Exception {
        List<Nic> full = List.of(nic("eth0", false, "10.77.3.4/16"), nic("eth1", false, "172.29.0.1/16"));
        for (String pool :
                Arrays.asList("10.77.0.0/16", "10.77.3.0/24", "10.0.0.0/8", "172.16.0.0/12", "10.76.0.0/14")) {
            VirtualNetwork wanted = VirtualNetwork.parse(pool, ULA);
            String said = new Conflicts(full, List.of()).with(wanted, null).orElseThrow();
            String proposed = said.substring(said.lastIndexOf(' ') + 1);
            assertThat(new Conflicts(full, List.of()).with(VirtualNetwork.parse(proposed, ULA), null))
                    .as(said)
                    .isEmpty();
        }
    }

    @Test
    void deviceOfTheOverlayMayRunBesideTheRelay() throws Exception {
        VirtualNetwork pool = VirtualNetwork.parse("10.0.0.0/24", ULA);
        assertThat(new Conflicts(List.of(nic("mnedc0", true, "10.0.0.2/24")), List.of()).with(pool, null))
                .isEmpty();
        assertThat(new Conflicts(List.of(nic("overlay", true, "10.0.0.2/24", "fd12:3456:789a:1::2/64")), List.of())
                        .with(pool, null))
                .isEmpty();
        assertThat(new Conflicts(List.of(nic("overlay", true, "10.0.0.2/24", "fd12:3456:789a:1::2/64")), List.of())
                        .with(VirtualNetwork.parse("10.0.0.0/16", "fd00:1::/64"), pool))
                .as("with the network before, while it changes")
                .isEmpty();
    }
}
