package io.mnedc.device.multicast;

import static io.mnedc.device.multicast.Pieces.address;
import static io.mnedc.device.multicast.Pieces.listening;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.codec.Listening;
import io.mnedc.codec.Protocol;
import io.mnedc.device.NoLoop;
import io.mnedc.device.settings.MulticastSettings;
import io.mnedc.device.settings.MulticastSettings.Mode;
import io.mnedc.tun.memory.MemoryTunDevice;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What this device tells of its groups, and when it looks. */
class GroupsTest {
    private final NoLoop loop = new NoLoop();
    private final List<Listening> told = new ArrayList<>();
    private final Multicast multicast = new Multicast();
    private final Members members = new Members();
    private MulticastSettings settings = settings(Mode.OFF);
    private @Nullable TunDevice tun;
    private final Groups groups = new Groups(loop, () -> settings, () -> tun, told::add, multicast, members);

    private static MulticastSettings settings(Mode mode) {
        return new MulticastSettings(mode, 200, 1_000_000, 256);
    }

    private MemoryTunDevice memory;

    @BeforeEach
    void begin() throws Exception {
        memory = MemoryTunDriver.withAllOffloads().open(new TunSettings("mnedc0", 1400, List.of(), List.of(), true));
        tun = memory;
    }

    @AfterEach
    void end() {
        memory.close();
    }

    private void become(Mode mode) {
        settings = settings(mode);
        groups.changed();
    }

    private void join(String... all) {
        Set<InetAddress> now = new LinkedHashSet<>();
        for (String group : all) {
            now.add(address(group));
        }
        memory.join(now);
    }

    private void nextLook() {
        NoLoop.Later next = loop.later.removeFirst();
        assertThat(next.delay()).isGreaterThanOrEqualTo(Groups.APART);
        assertThat(loop.later).as("one at a time").isEmpty();
        next.task().run();
    }

    @Test
    void offLooksAtNothing() {
        join("224.0.0.251");
        groups.changed();
        members.put(7, listening(true));
        groups.membersChanged();
        assertThat(loop.later).isEmpty();
        assertThat(told).isEmpty();
        assertThat(multicast.inForce()).isNull();
        assertThat(groups.status()).isEmpty();
    }

    @Test
    void changesAreToldOnce() {
        join("224.0.0.251", "224.0.0.1", "239.1.2.3", "ff02::1");
        become(Mode.ALL);
        nextLook();
        nextLook();
        join("239.1.2.3");
        nextLook();
        assertThat(told).containsExactly(listening(true, "224.0.0.251", "239.1.2.3"), listening(true, "239.1.2.3"));
    }

    @Test
    void discoveryTellsItsGroupsOnly() {
        join("224.0.0.251", "239.1.2.3", "ff02::fb");
        become(Mode.DISCOVERY);
        assertThat(told).containsExactly(listening(false, "224.0.0.251", "ff02::fb"));
        become(Mode.ALL);
        assertThat(told).last().isEqualTo(listening(true, "224.0.0.251", "239.1.2.3", "ff02::fb"));
        become(Mode.OFF);
        assertThat(told).last().isEqualTo(Listening.NONE);
        assertThat(multicast.inForce()).isNull();
        assertThat(loop.later).isEmpty();
    }

    @Test
    void whatIsReportedAgainIsNoReasonToLook() {
        become(Mode.ALL);
        assertThat(loop.later).hasSize(1);
        join("239.1.2.3");
        groups.changed();
        groups.changed();
        assertThat(loop.later).hasSize(1);
        assertThat(told).containsExactly(listening(true));
        nextLook();
        assertThat(told).hasSize(2);
    }

    @Test
    void withoutAnInterfaceNothingIsListenedTo() {
        join("239.1.2.3");
        become(Mode.ALL);
        tun = null;
        groups.changed();
        assertThat(told).last().isEqualTo(Listening.NONE);
        tun = memory;
        groups.changed();
        assertThat(told).last().isEqualTo(listening(true, "239.1.2.3"));
    }

    @Test
    void thereIsALimit() {
        String[] many = new String[Protocol.MAX_MULTICAST_GROUPS + 10];
        for (int i = 0; i < many.length; i++) {
            many[i] = "239.1.2." + i;
        }
        join(many);
        become(Mode.ALL);
        assertThat(told.get(0).groups()).hasSize(Protocol.MAX_MULTICAST_GROUPS);
    }

    @Test
    void membersThatCameWhileItWasOffCountWhenItIsOn() {
        members.put(7, listening(true, "239.1.2.3"));
        members.put(8, listening(false, "239.1.2.3"));
        members.put(9, listening(false, "239.1.2.3"));
        members.remove(9);
        become(Mode.ALL);
        assertThat(table()).containsExactly(7, 8);
        assertThat(groups.status().map(DeviceStatus.Multicast::listeners)).contains(2);
    }

    @Test
    void manyChangesInARowMakeFewTables() {
        become(Mode.ALL);
        loop.later.clear();
        for (int node = 10; node < 60; node++) {
            members.put(node, listening(false, "239.1.2.3"));
            groups.membersChanged();
        }
        while (!loop.later.isEmpty()) {
            loop.later.removeFirst().task().run();
        }
        assertThat(table()).hasSize(50);
        groups.membersChanged();
        assertThat(loop.later).as("nothing is different").isEmpty();
    }

    private int[] table() {
        Multicast.InForce now = multicast.inForce();
        assertThat(now).isNotNull();
        return now == null
                ? new int[0]
                : now.members()
                        .of(
                                Pieces.group("239.1.2.3").high(),
                                Pieces.group("239.1.2.3").low());
    }
}
