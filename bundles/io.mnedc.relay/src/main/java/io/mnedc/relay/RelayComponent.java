package io.mnedc.relay;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.relay.RelayStatus;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the relay while it is enabled, and publishes {@link RelayStatus} meanwhile. The allocator may come and go:
 * registered devices stay, new ones are told to try again.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = RelayComponent.PID)
@Designate(ocd = RelayComponent.Config.class)
public final class RelayComponent {
    static final String PID = "io.mnedc.relay";

    private static final Logger LOG = LoggerFactory.getLogger(RelayComponent.class);

    /** Configuration of the relay. */
    @ObjectClassDefinition(
            id = PID,
            name = "MNEDC relay",
            description = "The server in the topmost NAT that every device dials and that forwards their packets.")
    public @interface Config {
        /** {@return whether the relay runs} */
        @AttributeDefinition(
                name = "Enabled",
                description = "Whether the relay runs. Nothing is opened while it does not.")
        boolean enabled() default false;

        /** {@return where to listen} */
        @AttributeDefinition(
                name = "Listen",
                description =
                        "Where devices connect: HOST:PORT, one or more. * is every address of this host; an IPv6 "
                                + "address is written in brackets. A change moves the listening socket; connected devices stay.")
        String[] listen() default {"*:3334"};

        /** {@return the security mode} */
        @AttributeDefinition(
                name = "Security",
                description = "none: nobody is authenticated and nothing is encrypted, for laboratories only. The same "
                        + "value must be set on the devices.",
                options = @Option(label = "none (laboratory)", value = "none"))
        String security() default "none";

        /** {@return the keepalive interval in milliseconds} */
        @AttributeDefinition(
                name = "Keepalive (ms)",
                description = "Each side of a connection sends something this often; a peer that is silent for three "
                        + "times as long is gone. Must be shorter than what NAT routers on the way remember an idle "
                        + "connection for. Devices learn it from the relay. 100 to 3600000; for new connections.")
        long keepalive_millis() default 5000;

        /** {@return the handshake limit in milliseconds} */
        @AttributeDefinition(
                name = "Handshake limit (ms)",
                description =
                        "How long a connection may take until it is registered. 100 to 600000; for new connections.")
        long handshake_millis() default 10_000;

        /** {@return the number of forwarding threads} */
        @AttributeDefinition(
                name = "Forwarding threads",
                description = "Threads that forward packets, 1 to 64; 0 takes one per processor, at most 4. A change "
                        + "restarts the relay.")
        int loops() default 0;

        /** {@return the longest wait in a queue in milliseconds} */
        @AttributeDefinition(
                name = "Queue limit (ms)",
                description = "The longest that a packet waits for a device whose link is slower than what is sent to "
                        + "it; older ones are dropped. 1 to 60000; for new connections.")
        long queue_millis() default 100;

        /** {@return the largest queue in kilobytes} */
        @AttributeDefinition(
                name = "Queue limit (KiB)",
                description = "The most that waits for one device; beyond that the oldest is dropped. 128 to 1048576; "
                        + "for new connections.")
        long queue_kilobytes() default 8192;

        /** {@return the socket send buffer in kilobytes} */
        @AttributeDefinition(
                name = "Send buffer (KiB)",
                description =
                        "The send buffer of a device's data connection (SO_SNDBUF); what is in it can no longer be "
                                + "dropped. 0 leaves it to the kernel. At most 1048576; for new connections.")
        long send_buffer_kilobytes() default 1024;

        /** {@return the memory of all queues in megabytes} */
        @AttributeDefinition(
                name = "Queue memory (MiB)",
                description = "The most memory that the queues of all devices use together, 1 to 1048576. A change "
                        + "restarts the relay.")
        long queue_memory_megabytes() default 64;

        /** {@return where the relay keeps its files} */
        @AttributeDefinition(
                name = "Data directory",
                description = "Where the relay keeps who it is, who may join and its audit log; for this relay alone. "
                        + "Empty: mnedc/relay in Karaf's data directory, or else the framework's storage area, which "
                        + "some gateways clear when they start. A change restarts the relay.")
        String data_dir() default "";

        /** {@return the access rules} */
        @AttributeDefinition(
                name = "Access rules",
                description =
                        "Which devices may talk to each other, each rule \"allow WHO WHO\" or \"deny WHO WHO\" with WHO "
                                + "any, device:ID or group:NAME, and \"default allow\" or \"default deny\"; the first that fits "
                                + "counts. Those of the file \"rules\" in the data directory follow. Without any, all may talk to "
                                + "all. A change takes effect at once, for connected devices too.")
        String[] rules() default {};

        /** {@return data frames per second of a device} */
        @AttributeDefinition(
                name = "Frames per second",
                description = "How many data frames (packets or super-packets) each device may send in a second; what "
                        + "is more is dropped. 0 is no limit; at most 1000000000.")
        long frames_per_second() default 2_000_000;

        /** {@return bytes per second of a device} */
        @AttributeDefinition(
                name = "Bytes per second",
                description = "How many bytes of data frames each device may send in a second; what is more is "
                        + "dropped. 0 is no limit; at most 1000000000000.")
        long bytes_per_second() default 4_000_000_000L;

        /** {@return control messages per second of a device} */
        @AttributeDefinition(
                name = "Control messages per second",
                description = "How many control messages each device may send in a second, five times as many at "
                        + "once; what is more is ignored. 0 is no limit; at most 1000000.")
        long messages_per_second() default 500;

        /** {@return takeovers per minute} */
        @AttributeDefinition(
                name = "Clone swaps per minute",
                description = "How often in a minute two connections may take turns with one identity before both "
                        + "are sent away for ten minutes, because one must be a cloned image. 0 is no limit; at "
                        + "most 1000.")
        int clone_swaps_per_minute() default 6;
    }

    private final BundleContext context;
    private @Nullable Relay relay;
    private @Nullable ServiceRegistration<RelayStatus> registration;
    private @Nullable AddressAllocator allocator;

    /** Made by the component runtime. */
    @Activate
    public RelayComponent(BundleContext context) {
        this.context = context;
    }

    @Activate
    void start(Config config) {
        apply(config);
    }

    @Modified
    void modified(Config config) {
        apply(config);
    }

    private synchronized void apply(Config config) {
        RelaySettings settings;
        try {
            settings = RelaySettings.of(config, storage());
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "{}: {}; {}",
                    PID,
                    e.getMessage(),
                    relay == null ? "the relay does not run" : "the settings before stay in force");
            return;
        }
        Relay running = relay;
        if (running != null && settings.enabled() && running.canBecome(settings)) {
            reconfigure(running, settings);
            return;
        }
        end();
        if (settings.enabled()) {
            begin(settings);
        }
    }

    private @Nullable Path storage() {
        String karaf = context.getProperty("karaf.data");
        if (karaf != null) {
            return Path.of(karaf, "mnedc", "relay").toAbsolutePath().normalize();
        }
        File area = context.getDataFile("relay");
        return area == null ? null : area.toPath().toAbsolutePath().normalize();
    }

    private static void reconfigure(Relay running, RelaySettings settings) {
        try {
            running.become(settings);
        } catch (IOException e) {
            LOG.error("{}: {}; the settings before stay in force", PID, e.getMessage());
        }
    }

    private void begin(RelaySettings settings) {
        try {
            Relay started = Relay.start(settings, version());
            relay = started;
            AddressAllocator present = allocator;
            if (present != null) {
                started.allocator(present);
            }
            registration = context.registerService(RelayStatus.class, started.status(), null);
        } catch (IOException e) {
            LOG.error("{}: the relay cannot start: {}", PID, e.getMessage());
        }
    }

    private String version() {
        return "mnedc/" + context.getBundle().getVersion();
    }

    private void end() {
        ServiceRegistration<RelayStatus> registered = registration;
        registration = null;
        if (registered != null) {
            registered.unregister();
        }
        Relay running = relay;
        relay = null;
        if (running != null) {
            running.close();
        }
    }

    @Deactivate
    synchronized void stop() {
        end();
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            updated = "updatedAllocator")
    synchronized void setAllocator(AddressAllocator present) {
        allocator = present;
        Relay running = relay;
        if (running != null) {
            running.allocator(present);
        }
    }

    // called when the pool's configuration changes
    synchronized void updatedAllocator(AddressAllocator present, Map<String, Object> properties) {
        LOG.debug("the allocator's properties changed: {}", properties);
        Relay running = relay;
        if (running != null && present.equals(allocator)) {
            running.allocator(present);
        }
    }

    synchronized void unsetAllocator(AddressAllocator gone) {
        if (!gone.equals(allocator)) {
            return;
        }
        allocator = null;
        Relay running = relay;
        if (running != null) {
            running.allocator(null);
        }
    }
}
