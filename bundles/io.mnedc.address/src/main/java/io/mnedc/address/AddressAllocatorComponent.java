package io.mnedc.address;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.LeaseStore;
import io.mnedc.api.address.VirtualNetwork;
import java.io.IOException;
import java.time.Clock;
import java.util.Dictionary;
import java.util.Hashtable;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the {@link AddressAllocator} while it is enabled and there is a store. It registers the service itself: the
 * same one stays through changes of the configuration, and a wrong configuration leaves the one before in force.
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
    private static final String CHOSEN_PREFIX = "ipv6.prefix";

    /** The allocator while it runs. */
    private record Running(
            LeaseAllocator allocator, Tidying tidying, ServiceRegistration<AddressAllocator> registration) {}

    private final BundleContext context;
    private final LeaseStore store;
    private @Nullable Running running;

    /** Made by the component runtime. */
    @Activate
    public AddressAllocatorComponent(
            BundleContext context,
            Config config,
            @Reference(name = "store", policyOption = ReferencePolicyOption.GREEDY) LeaseStore store) {
        this.context = context;
        this.store = store;
        change(config);
    }

    /** Starts, stops or changes the rules of the allocator. */
    @Modified
    void change(Config config) {
        if (!config.enabled()) {
            stop();
            return;
        }
        try {
            apply(Settings.plan(config, () -> store.property(CHOSEN_PREFIX, UniqueLocalPrefix.random())));
        } catch (IllegalArgumentException | IOException e) {
            LOG.error(
                    "{}: {}",
                    running == null ? "no addresses are leased" : "the configuration before stays in force",
                    e.getMessage());
            LOG.debug("the cause", e);
        }
    }

    private void apply(Plan plan) {
        Running current = running;
        if (current == null) {
            LeaseAllocator allocator = new LeaseAllocator(store, plan, Clock.systemUTC());
            running = new Running(
                    allocator,
                    new Tidying(allocator, plan),
                    context.registerService(AddressAllocator.class, allocator, properties(plan.network())));
        } else {
            VirtualNetwork before = current.allocator().network();
            current.allocator().reconfigure(plan);
            current.tidying().reconfigure(plan);
            if (before.equals(plan.network())) {
                return;
            }
            current.registration().setProperties(properties(plan.network()));
        }
        LOG.info(
                "addresses are leased from {} and {}",
                plan.network().cidr(),
                properties(plan.network()).get(AddressAllocator.IPV6_PREFIX));
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
    void stop() {
        Running ending = running;
        running = null;
        if (ending != null) {
            try {
                ending.registration().unregister();
            } catch (IllegalStateException e) {
                LOG.debug("the framework withdrew the service already", e);
            }
            ending.tidying().close();
            ending.allocator().close();
        }
    }
}
