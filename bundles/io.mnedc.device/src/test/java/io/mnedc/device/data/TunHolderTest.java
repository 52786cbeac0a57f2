package io.mnedc.device.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunState;
import io.mnedc.device.NoKeys;
import io.mnedc.device.NobodyAnswers;
import io.mnedc.device.common.Counters;
import io.mnedc.device.multicast.Multicast;
import io.mnedc.device.multicast.Outgoing;
import io.mnedc.testing.Await;
import io.mnedc.transport.Scheduler;
import io.mnedc.tun.memory.MemoryTunDevice;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interfaces that cannot be had or changed. The test is the control loop. */
@Timeout(180)
class TunHolderTest {
    private final Loop loop = new Loop();
    private final MemoryTunDriver memory = MemoryTunDriver.withAllOffloads();
    private final Set<String> refusedNames = new HashSet<>();
    private final TunDriver driver = settings -> {
        if (refusedNames.contains(settings.name())) {
            throw new TunException(TunException.Reason.NAME_TAKEN, settings.name() + " is taken");
        }
        if (settings.name().equals("faulty")) {
            throw new IllegalStateException("wanted by the test");
        }
        refuseOverlap();
        return checking(memory.open(settings));
    };
    private boolean overlap;
    private final List<String> told = new ArrayList<>();
    private final List<InetAddress> destinations = new ArrayList<>();
    private final TunHolder holder = new TunHolder(
            driver,
            loop,
            reader -> new Uplink(
                    reader.device(),
                    new FrameSender(),
                    new PeerTable(),
                    NoKeys.peers(),
                    NobodyAnswers.here(),
                    new Replicator(
                            new FrameSender(),
                            new PeerTable(),
                            NoKeys.peers(),
                            new Outgoing(new Multicast(), new Counters()),
                            new Counters()),
                    new Counters(),
                    reader.failed()),
            new TunHolder.Events() {
                @Override
                public void tunReady(TunState state) {
                    told.add("ready " + state.name()
                            + state.fault().map(text -> ": fault " + text).orElse("")
                            + state.warning().map(text -> ": warning " + text).orElse(""));
                }

                @Override
                public void tunFailed(String problem) {
                    told.add("failed " + problem);
                }

                @Override
                public Iterator<InetAddress> destinations() {
                    return destinations.iterator();
                }

                @Override
                public Collection<InetAddress> outside() {
                    return List.of();
                }
            });

    /** Notes what it shall do; {@link #run} does it. */
    private static final class Loop implements Scheduler {
        final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
        final ArrayDeque<Runnable> later = new ArrayDeque<>();
        final List<Long> pauses = new ArrayList<>();

        @Override
        public boolean offer(Runnable task) {
            return tasks.add(task);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            pauses.add(delay.toMillis());
            later.add(task);
            return () -> {};
        }

        @Override
        public Timer repeat(Duration period, Runnable task) {
            throw new UnsupportedOperationException();
        }

        void run(Queue<Runnable> from) throws Exception {
            Await.until("a task", () -> !from.isEmpty());
            Objects.requireNonNull(from.poll()).run();
        }
    }

    private void refuseOverlap() throws TunException {
        if (overlap) {
            throw new TunException(TunException.Reason.NETWORK_OVERLAP, "eth0 is there");
        }
    }

    /** A driver looks at the networks of the host whenever it is asked to configure something. */
    private TunDevice checking(TunDevice device) {
        return (TunDevice) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {TunDevice.class}, (self, method, arguments) -> {
                    if (method.getName().equals("configure")) {
                        refuseOverlap();
                    }
                    try {
                        return method.invoke(device, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @AfterEach
    void end() {
        holder.close();
    }

    private static TunSettings named(String name) {
        return new TunSettings(name, 1400, List.of(), List.of(), false);
    }

    private MemoryTunDevice tun() {
        return memory.devices().get(0);
    }

    @Test
    void refusedSettingsAreTriedAnewOnceOthersWereWanted() {
        refusedNames.add("b");
        holder.want(named("a"));
        holder.want(named("b"));
        assertThat(told).containsExactly("ready a", "ready a");
        refusedNames.clear();
        MemoryTunDevice old = tun();
        holder.want(named("b"));
        assertThat(tun()).as("the same registration again").isSameAs(old);
        holder.want(named("a"));
        holder.want(named("b"));
        assertThat(tun().name()).isEqualTo("b");
    }

    @Test
    void afterARefusalALostInterfaceComesBackAsItWas() throws Exception {
        refusedNames.add("b");
        holder.want(named("a"));
        holder.want(named("b"));
        // as each registration does
        holder.want(named("b"));
        // the interface that was closed for the change
        loop.run(loop.tasks);
        tun().close();
        loop.run(loop.tasks);
        loop.run(loop.later);
        assertThat(told).last().isEqualTo("ready a");
        assertThat(tun().name()).isEqualTo("a");
    }

    @Test
    void nameThatTheSystemHasDoesNotTouchTheInterface() {
        holder.want(named("a"));
        MemoryTunDevice old = tun();
        holder.want(named("lo"));
        assertThat(tun()).isSameAs(old);
        TunSettings larger = new TunSettings("a", 9000, List.of(), List.of(), false);
        holder.want(larger);
        assertThat(tun()).isSameAs(old);
        assertThat(old.settings().mtu()).isEqualTo(9000);
    }

    @Test
    void driverThatFailsLeavesTheOldSettingsInForce() {
        holder.want(named("a"));
        holder.want(named("faulty"));
        assertThat(tun().name()).isEqualTo("a");
        assertThat(told).last().isEqualTo("ready a");
    }

    @Test
    void whatOthersDoToTheInterfaceIsToldAndWithdrawn() throws Exception {
        holder.want(named("a"));
        tun().disturb("a", Optional.of("down"), Optional.empty());
        loop.run(loop.tasks);
        tun().disturb("b", Optional.empty(), Optional.of("a route"));
        loop.run(loop.tasks);
        // no new news: the interface is as it was asked to be
        holder.want(named("a"));
        tun().disturb("b", Optional.empty(), Optional.empty());
        loop.run(loop.tasks);
        assertThat(told)
                .containsExactly(
                        "ready a",
                        "ready a: fault down",
                        "ready b: warning a route",
                        "ready b: warning a route",
                        "ready b");
    }

    @Test
    void newsOfAnInterfaceThatWasReplacedDoesNotCount() throws Exception {
        holder.want(named("a"));
        MemoryTunDevice old = tun();
        holder.want(named("c"));
        // the old one's end
        loop.run(loop.tasks);
        old.disturb("a", Optional.of("gone"), Optional.empty());
        loop.run(loop.tasks);
        assertThat(told).containsExactly("ready a", "ready c");
    }

    @Test
    void theDriverCanAskForTheDestinations() throws Exception {
        destinations.add(InetAddress.getByName("10.0.0.7"));
        holder.destinationsChanged();
        holder.want(named("a"));
        assertThat(tun().destinations()).isEqualTo(destinations);
        holder.destinationsChanged();
        assertThat(tun().destinationChanges()).isEqualTo(1);
    }

    @Test
    void interfaceThatDoesNotLiveLongIsOpenedLessAndLessOften() throws Exception {
        holder.want(named("a"));
        for (int i = 0; i < 5; i++) {
            tun().close();
            loop.run(loop.tasks);
            loop.run(loop.later);
        }
        // 1, 2, 4, 8, 16 s, each shortened by up to a half
        assertThat(loop.pauses).hasSize(5);
        assertThat(loop.pauses.get(4)).isGreaterThanOrEqualTo(8000);
    }

    @Test
    void interfaceThatMustNotBeAnyMoreIsTakenAwayAndComesBack() throws Exception {
        holder.want(named("a"));
        holder.recheck();
        assertThat(told).containsExactly("ready a");
        overlap = true;
        holder.recheck();
        assertThat(told).last().isEqualTo("failed eth0 is there");
        assertThat(memory.devices()).isEmpty();
        overlap = false;
        loop.run(loop.later);
        assertThat(told).last().isEqualTo("ready a");
    }

    @Test
    void refusedNetworkHasNoInterfaceUntilOneIsWantedAgain() {
        holder.want(named("a"));
        holder.refuse("not this one");
        assertThat(told).last().isEqualTo("failed not this one");
        assertThat(memory.devices()).isEmpty();
        assertThat(holder.port()).isNull();
        holder.recheck();
        holder.want(named("a"));
        assertThat(told).last().isEqualTo("ready a");
    }
}
