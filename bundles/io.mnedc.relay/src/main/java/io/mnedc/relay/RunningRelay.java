package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses;
import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.store.OverlayStore;
import io.mnedc.relay.accept.Acceptor;
import io.mnedc.relay.events.EventListeners;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.settings.Storage;
import io.mnedc.settings.IdentityProviders;
import io.mnedc.settings.Services;
import java.io.IOException;
import java.security.Provider;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A relay from its start to its end, with the services that it is published by. Its owner uses it by one thread at a time. */
final class RunningRelay {
    private static final Logger LOG = LoggerFactory.getLogger(RunningRelay.class);

    private final Relay relay;
    private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
    private @Nullable ServiceRegistration<RelayStatus> status;

    private RunningRelay(Relay relay) {
        this.relay = relay;
    }

    /**
     * Starts one.
     *
     * @param store what relays share; null: nothing is there now
     * @param remarks told what the administrator must know of it; by any thread
     * @param failed told which part of it has ended by itself; by any thread
     * @throws IOException if it cannot start; the message has the cure
     */
    static RunningRelay start(
            BundleContext context,
            RelaySettings settings,
            IdentityProviders identities,
            Supplier<@Nullable Provider> tls,
            EventListeners listeners,
            @Nullable AddressAllocator allocator,
            @Nullable OverlayStore store,
            Consumer<String> remarks,
            Consumer<String> failed)
            throws IOException {
        if (Storage.mayBeCleared(settings, context)) {
            LOG.warn(
                    "the overlay's keys are kept in the framework's storage area, which some gateways clear when they"
                            + " start: better set data.dir of {}",
                    RelayComponent.PID);
        }
        String software = "mnedc/" + context.getBundle().getVersion();
        RunningRelay started = new RunningRelay(Relay.start(
                settings, software, identities, tls, InstantSource.system(), listeners, store, remarks, failed));
        try {
            if (allocator != null) {
                started.relay.allocator(allocator);
            }
            started.publish(context);
            return started;
        } catch (RuntimeException | Error e) {
            started.end();
            throw e;
        }
    }

    private void publish(BundleContext context) {
        ServiceRegistration<RelayStatus> registration =
                context.registerService(RelayStatus.class, relay.status(), properties(relay.settings()));
        status = registration;
        registrations.add(registration);
        registrations.add(context.registerService(OutsideAddresses.class, relay.outside(), null));
        relay.administration()
                .ifPresent(service ->
                        registrations.add(context.registerService(RelayAdministration.class, service, null)));
    }

    @SuppressWarnings("JdkObsolete") // what makes a dictionary of a map in one call is missing in OSGi R7
    private static Dictionary<String, Object> properties(RelaySettings settings) {
        return new Hashtable<>(Map.of(
                RelayStatus.ANNOUNCE_LAN,
                settings.announceLan(),
                RelayStatus.LISTENING,
                settings.listen().stream().map(Acceptor::text).toArray(String[]::new)));
    }

    /** Takes on other settings; what is told of it follows. */
    void become(RelaySettings next) throws IOException {
        relay.become(next);
        ServiceRegistration<RelayStatus> registration = status;
        if (registration != null) {
            registration.setProperties(properties(next));
        }
    }

    Relay relay() {
        return relay;
    }

    /** Withdraws the services first. */
    void end() {
        registrations.forEach(Services::withdraw);
        registrations.clear();
        relay.close();
    }
}
