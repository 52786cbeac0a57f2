package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.relay.RelayEventListener;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.relay.events.EventListeners;
import io.mnedc.relay.settings.Limits;
import io.mnedc.relay.settings.Policy;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.settings.IdentityProviders;
import io.mnedc.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.Provider;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.ServiceReference;

/** A relay on loopback; unless said otherwise with {@code security = none}. */
public final class TestRelay implements AutoCloseable {
    private final @Nullable Path directory;
    private final MemoryAllocator allocator = new MemoryAllocator("10.9.0.0/24");
    private final EventListeners listeners = new EventListeners();
    private final IdentityProviders identities = new IdentityProviders();
    private static volatile @Nullable Provider usual;

    private volatile @Nullable Provider tls = usual;
    private Relay relay;
    private final @Nullable OverlayStore store;
    private final List<String> remarks = new CopyOnWriteArrayList<>();

    private final InstantSource clock;
    final List<String> failed = new CopyOnWriteArrayList<>();

    private TestRelay(RelaySettings settings, InstantSource clock, @Nullable OverlayStore store) throws IOException {
        this.store = store;
        this.directory = settings.directory();
        this.clock = clock;
        this.relay = begin(settings);
    }

    private Relay begin(RelaySettings settings) throws IOException {
        Relay started = Relay.start(
                settings, "mnedc/test", identities, () -> tls, clock, listeners, store, remarks::add, failed::add);
        started.allocator(allocator);
        return started;
    }

    public static TestRelay with(TestSettings settings) throws IOException {
        return with(settings, InstantSource.system());
    }

    public static TestRelay with(TestSettings settings, InstantSource clock) throws IOException {
        return new TestRelay(settings.build(), clock, null);
    }

    /** One of several. */
    public static TestRelay with(TestSettings settings, @Nullable OverlayStore store) throws IOException {
        return new TestRelay(settings.build(), InstantSource.system(), store);
    }

    public static TestRelay with(Policy policy) throws IOException {
        return with(new TestSettings().policy(policy));
    }

    public static TestRelay with(Policy policy, Path directory) throws IOException {
        return with(new TestSettings().policy(policy).directory(directory));
    }

    public static Policy rules(String... rules) {
        return new Policy(List.of(rules), Limits.DEFAULT, 6);
    }

    public void become(Policy policy) throws IOException {
        become(new TestSettings().policy(policy).directory(directory));
    }

    public void become(TestSettings settings) throws IOException {
        relay.become(settings.build());
    }

    /** Another start; devices are cut off. */
    public void restart(TestSettings settings) throws IOException {
        relay.close();
        relay = begin(settings.build());
    }

    /** The provider of TLS that relays find from now on. */
    static void usualTls(@Nullable Provider now) {
        usual = now;
    }

    /** Another provider of TLS is there now; null: none. */
    void tls(@Nullable Provider now) {
        tls = now;
    }

    /** The store that relays share is another one now; null: its service is gone. */
    public void store(@Nullable OverlayStore now) {
        relay.store(now);
    }

    /** {@return what the administrator was told of the store that relays share} */
    public List<String> remarks() {
        return remarks;
    }

    /** The authority of a secured relay. */
    public OverlayAuthority authority() {
        return Objects.requireNonNull(relay.security()).identity().authority().orElseThrow();
    }

    public MemoryAllocator allocator() {
        return allocator;
    }

    /** A service that supplies identities comes. */
    public ServiceReference<IdentityProvider> supply(String name, int ranking, IdentityProvider provider) {
        ServiceReference<IdentityProvider> reference = TestReference.of(name, ranking);
        identities.add(reference, provider);
        return reference;
    }

    /** It goes. */
    public void withdraw(ServiceReference<IdentityProvider> reference) {
        identities.remove(reference);
    }

    /** A service that listens comes. */
    public void listen(RelayEventListener listener) {
        listeners.add(listener);
    }

    /** It goes. */
    public void listenNoMore(RelayEventListener listener) {
        listeners.remove(listener);
    }

    public Relay relay() {
        return relay;
    }

    public InetSocketAddress address() {
        String text = relay.listening().get(0);
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), Integer.parseInt(text.substring(text.lastIndexOf(':') + 1)));
    }

    public PlainDevice joined(String id) throws IOException {
        return PlainDevice.joined(address(), id);
    }

    /** A device that has registered, as a certain start of it. */
    public PlainDevice joined(String id, long instance) throws IOException {
        PlainDevice device = new PlainDevice(address());
        device.register(id, instance);
        return device;
    }

    public long count(Counter counter) {
        return relay.status().snapshot().counters().getOrDefault(counter.label(), -1L);
    }

    public static void eventually(Callable<Boolean> condition) throws Exception {
        Await.until("as this test expects", condition);
    }

    /** Ends it, and sees that all its threads end. */
    @Override
    public void close() {
        relay.close();
        listeners.close();
        // a Netty thread tells its end a moment before it has ended
        for (int i = 0; i < 6000 && threads(); i++) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(threads()).as("threads of the relay").isFalse();
    }

    private static boolean threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("mnedc-relay"));
    }
}
