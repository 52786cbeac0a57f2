package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.address.OutsideAddresses;
import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.relay.events.EventListeners;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.relay.settings.Storage;
import io.mnedc.settings.IdentityProviders;
import java.io.IOException;
import java.security.Provider;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
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

    private RunningRelay(Relay relay) {
        this.relay = relay;
    }

    /**
     * Starts one.
     *
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
            Consumer<String> failed)
            throws IOException {
        if (Storage.mayBeCleared(settings, context)) {
            LOG.warn(
                    "the overlay's keys are kept in the framework's storage area, which some gateways clear when they"
                            + " start: better set data.dir of {}",
                    RelayComponent.PID);
        }
        String software = "mnedc/" + context.getBundle().getVersion();
        RunningRelay started = new RunningRelay(
                Relay.start(settings, software, identities, tls, InstantSource.system(), listeners, failed));
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
        registrations.add(context.registerService(RelayStatus.class, relay.status(), null));
        registrations.add(context.registerService(OutsideAddresses.class, relay.outside(), null));
        relay.administration()
                .ifPresent(service ->
                        registrations.add(context.registerService(RelayAdministration.class, service, null)));
    }

    Relay relay() {
        return relay;
    }

    /** Withdraws the services first. */
    void end() {
        registrations.forEach(RunningRelay::unregister);
        registrations.clear();
        relay.close();
    }

    static void unregister(ServiceRegistration<?> registration) {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework withdrew the service already: the bundle is being stopped, too", e);
        }
    }
}
