package io.mnedc.address;

import io.mnedc.address.HostNetworks.Nic;
import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses;
import io.mnedc.api.address.OutsideAddresses.Outside;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.text.PlainText;
import io.mnedc.settings.ConfigurationReader;
import io.mnedc.settings.ConfigurationReader.Wish;
import io.mnedc.settings.Endings;
import io.mnedc.settings.LastSettings;
import io.mnedc.settings.NoticeBoard;
import io.mnedc.settings.RefusedSettingsException;
import io.mnedc.settings.Services;
import io.mnedc.work.PeriodicThread;
import io.mnedc.work.TaskQueue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the {@link AddressAllocator} while it is enabled and there is a store. It registers the service itself: the
 * same one stays through changes of the configuration, and a wrong configuration leaves the one before in force. A network
 * that contains an address of this host, or one where a relay is reached, is refused until that is different.
 *
 * <p>Any thread may call. Everything happens in the {@link TaskQueue}, one task after the other, and services come and go under no lock.
 */
@Component(
        configurationPid = Config.PID,
        service = {},
        immediate = true)
@Designate(ocd = Config.class)
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=\"io.mnedc.api.address.AddressAllocator\"",
        uses = AddressAllocator.class)
public final class AddressAllocatorComponent {
    private static final Logger LOG = LoggerFactory.getLogger(AddressAllocatorComponent.class);
    private static final Duration WATCH = Duration.ofSeconds(5);
    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** The allocator while it runs. */
    private record Running(
            LeasePolicy policy,
            LeaseAllocator allocator,
            LeaseExpiry expiry,
            ServiceRegistration<AddressAllocator> registration) {}

    private final BundleContext context;
    private final StoredLeases store;
    private final Supplier<List<Nic>> host;
    private final Duration limit;
    private final TaskQueue tasks = new TaskQueue();
    private final List<OutsideAddresses> outside = new CopyOnWriteArrayList<>();
    private volatile @Nullable PeriodicThread watch;
    private @Nullable Running running;
    private @Nullable LeasePolicy wanted;

    /** What waits for the store: the overlay's own IPv6 prefix cannot be read or kept now. */
    private @Nullable Map<String, Object> unfinished;

    private final NoticeBoard notices;

    /** When the settings in force were taken on. */
    private Instant since = Instant.EPOCH;

    /** Whether the network in force was found good while relays said where they are reached. */
    private boolean settled;

    private String complaint = "";

    /** Made by the component runtime. */
    @Activate
    public AddressAllocatorComponent(
            BundleContext context,
            @Reference(name = "store", policyOption = ReferencePolicyOption.GREEDY) StoredLeases store) {
        this(context, store, HostNetworks::now, LIMIT);
    }

    /**
     * The same on a host of the test's.
     *
     * @param limit how long a caller waits for tasks of other threads, which may themselves wait for the caller
     */
    AddressAllocatorComponent(BundleContext context, StoredLeases store, Supplier<List<Nic>> host, Duration limit) {
        this.context = context;
        this.store = store;
        this.host = host;
        this.limit = limit;
        this.notices = new NoticeBoard(Config.PID, context);
    }

    // without a lock: services come and go on threads that may hold locks of others
    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addOutside(OutsideAddresses added) {
        outside.add(added);
        lookSoon();
    }

    void removeOutside(OutsideAddresses removed) {
        outside.remove(removed);
        lookSoon();
    }

    private void lookSoon() {
        PeriodicThread watching = watch;
        if (watching != null) {
            watching.soon();
        }
    }

    /** Relays that are there already are known by now. */
    @Activate
    void start(Map<String, Object> properties) {
        change(properties);
    }

    /** Starts, stops or changes the rules of the allocator. */
    @Modified
    void change(Map<String, Object> properties) {
        tasks.run(() -> take(properties), limit);
    }

    private void take(Map<String, Object> properties) {
        ConfigurationReader reader = new ConfigurationReader(properties, Config.class);
        if (reader.wish() == Wish.OFF) {
            end(reader.whyOff());
            return;
        }
        reader.remarks().forEach(remark -> LOG.warn("{}: {}", Config.PID, remark));
        complaint = "";
        try {
            policy(properties, reader);
        } finally {
            // after a fault, too: it tries again
            if ((wanted != null || unfinished != null) && watch == null) {
                watch = watch();
            }
        }
    }

    /** Looks every few seconds whether an address of this host has come into the pool, or has left it. */
    private PeriodicThread watch() {
        PeriodicThread thread = new PeriodicThread(
                "mnedc-address-watch",
                // it does not wait for tasks of others, which may wait for this thread to end
                () -> tasks.run(this::lookNow),
                fault -> LOG.error("could not look at the addresses of this host; tried again later", fault));
        thread.every(WATCH);
        return thread;
    }

    private void policy(Map<String, Object> properties, ConfigurationReader reader) {
        unfinished = null;
        try {
            LeasePolicy policy = policy(reader);
            replace(reader.text("pool.replaces", ""), policy.network());
            wanted = policy;
            since = Instant.now();
            complaint = "";
            notices.show("");
            decide(policy);
            lastSettings().keep(properties);
        } catch (UncheckedIOException e) {
            LOG.debug("the cause", e);
            unfinished = properties;
            wanted = running == null ? null : running.policy();
            tell(PlainText.of(Objects.requireNonNull(e.getCause())));
        } catch (RefusedSettingsException e) {
            LOG.debug("the cause", e);
            refused(properties, PlainText.of(e));
        }
    }

    private LeasePolicy policy(ConfigurationReader reader) {
        try {
            // a relay that comes to others leases what they lease
            String usual = store.agreement()
                    .flatMap(NetworkAgreement::network)
                    .map(VirtualNetwork::cidr)
                    .orElse(Settings.POOL);
            return Settings.policy(reader, usual, store::prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The administrator's wish that all relays take this network. */
    private void replace(String pool, VirtualNetwork by) {
        try {
            if (!pool.isEmpty() && store.agreement().isPresent()) {
                store.agreement().get().replace(pool, by);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return why other relays of the overlay would not understand this network; empty if it is theirs} */
    private Optional<String> disagreement(VirtualNetwork network) {
        try {
            return store.agreement().isPresent() ? store.agreement().get().problem(network) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What was in force goes on; if nothing was, what was in force when this last ran. */
    private void refused(Map<String, Object> properties, String problem) {
        Running current = running;
        wanted = current == null ? null : current.policy();
        if (current == null) {
            try {
                lastSettings().find(properties, this::policy).ifPresent(old -> {
                    since = old.time();
                    wanted = old.settings();
                    decide(old.settings());
                });
            } catch (UncheckedIOException e) {
                LOG.debug("the cause", e);
                unfinished = properties;
            }
        }
        tell(problem);
        notices.show("configuration refused: " + problem
                + (wanted == null ? "; no addresses are leased" : "; running with the settings of " + since));
    }

    private LastSettings lastSettings() {
        return new LastSettings(Config.PID, Config.class, LOG::warn, Storage.of(context));
    }

    /** Looks whether what is wanted can be had now, and whether what is in force still can. */
    void look() {
        tasks.run(this::lookNow, limit);
    }

    private void lookNow() {
        Map<String, Object> properties = unfinished;
        if (properties != null) {
            policy(properties, new ConfigurationReader(properties, Config.class));
            return;
        }
        LeasePolicy policy = wanted;
        if (policy != null) {
            try {
                decide(policy);
            } catch (UncheckedIOException e) {
                LOG.debug("the cause", e);
                tell(PlainText.of(Objects.requireNonNull(e.getCause())));
            }
        }
    }

    private void decide(LeasePolicy policy) {
        withdrawIfOthersHaveChanged();
        Running current = running;
        @Nullable
        VirtualNetwork before = current == null ? null : current.policy().network();
        List<Outside> reached =
                outside.stream().flatMap(each -> each.outside().stream()).toList();
        Optional<String> conflict = new Conflicts(host.get(), reached)
                .with(policy.network(), before)
                .or(() -> disagreement(policy.network()));
        boolean inForce = policy.network().equals(before);
        if (conflict.isPresent() && inForce && !settled) {
            // the relay has come later than the network, and says that it is reached there
            withdraw(conflict.get());
            inForce = false;
        }
        if (conflict.isPresent()) {
            tell(conflict.get());
        } else {
            settled = !outside.isEmpty() && (settled || inForce);
            complaint = "";
        }
        if (conflict.isEmpty() || inForce) {
            apply(policy);
        }
    }

    /** Addresses of another network than that of the other relays would reach nobody, or the wrong device. */
    private void withdrawIfOthersHaveChanged() {
        Running current = running;
        if (current != null) {
            disagreement(current.policy().network()).ifPresent(this::withdraw);
        }
    }

    private void tell(String problem) {
        if (!problem.equals(complaint)) {
            complaint = problem;
            String then = running == null ? "no addresses are leased" : "the configuration before stays in force";
            LOG.error("{}: {}; {}", Config.PID, problem, then);
            notices.show(problem + "; " + then);
        }
    }

    private void apply(LeasePolicy policy) {
        Running current = running;
        if (current == null) {
            running = begun(policy);
        } else {
            if (policy.equals(current.policy())) {
                return;
            }
            running = new Running(policy, current.allocator(), current.expiry(), current.registration());
            current.allocator().reconfigure(policy);
            current.expiry().reconfigure(policy);
            if (policy.network().equals(current.policy().network())) {
                return;
            }
            settled = false;
            current.registration().setProperties(properties(policy.network()));
        }
        LOG.info(
                "addresses are leased from {} and {}",
                policy.network().cidr(),
                properties(policy.network()).get(AddressAllocator.IPV6_PREFIX));
    }

    private Running begun(LeasePolicy policy) {
        try {
            store.takeOver(policy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Clock clock = Clock.systemUTC();
        Optional<OverlayTime> overlay = store.overlayTime();
        LeaseAllocator allocator = overlay.isPresent()
                ? new LeaseAllocator(store, policy, clock, overlay.get())
                : new LeaseAllocator(store, policy, clock);
        LeaseExpiry expiry = new LeaseExpiry(allocator, policy, overlay.isPresent());
        try {
            return new Running(
                    policy,
                    allocator,
                    expiry,
                    context.registerService(AddressAllocator.class, allocator, properties(policy.network())));
        } catch (RuntimeException | Error e) {
            expiry.close();
            allocator.close();
            throw e;
        }
    }

    @SuppressWarnings("JdkObsolete") // a service is registered with a Dictionary, and there is no other
    private static Dictionary<String, Object> properties(VirtualNetwork network) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(AddressAllocator.POOL, network.cidr());
        properties.put(
                AddressAllocator.IPV6_PREFIX,
                network.ulaPrefix().getHostAddress() + "/" + VirtualNetwork.ULA_PREFIX_LENGTH);
        return properties;
    }

    /** Withdraws the service, then notes when devices were last seen. */
    @Deactivate
    void stop(int reason) {
        PeriodicThread last = watch;
        tasks.end(() -> end(Endings.why(reason)), limit);
        if (last != null) {
            // it may have run the last task itself
            last.close();
        }
    }

    private void end(String why) {
        PeriodicThread ending = watch;
        watch = null;
        wanted = null;
        unfinished = null;
        notices.show("");
        withdraw(why);
        if (ending != null) {
            ending.close();
        }
    }

    private void withdraw(String why) {
        Running ending = running;
        running = null;
        settled = false;
        if (ending != null) {
            LOG.info("no more addresses are leased: {}", why);
            Services.withdraw(ending.registration());
            ending.expiry().close();
            ending.allocator().close();
        }
    }
}
