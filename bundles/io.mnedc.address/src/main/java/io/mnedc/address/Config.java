package io.mnedc.address;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Icon;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Settings of the address allocator and its embedded lease store. */
@ObjectClassDefinition(
        id = Config.PID,
        name = "MNEDC addresses",
        icon = {
            @Icon(resource = "OSGI-INF/icon/mnedc-32.png", size = 32),
            @Icon(resource = "OSGI-INF/icon/mnedc-16.png", size = 16)
        },
        description =
                "Which virtual addresses the relay leases to devices, for how long, and where the leases are kept.")
@interface Config {
    String PID = "io.mnedc.address";

    @AttributeDefinition(
            name = "Enabled",
            required = false,
            description = "Whether this host leases addresses. Needed on a relay, not on a device.")
    boolean enabled() default false;

    @AttributeDefinition(
            name = "IPv4 pool",
            required = false,
            description =
                    "The network of the virtual IPv4 addresses as ADDRESS/LENGTH, /8 to /30. It must not overlap a"
                            + " network that the relay or a device is in. The first address is the relay's own; the"
                            + " network and the broadcast address are never leased. After a change, leases keep their host"
                            + " number where it fits; the others get a new one when their device registers again. Not set, with"
                            + " store = shared: what the other relays lease.")
    String pool() default "10.0.0.0/24";

    @AttributeDefinition(
            name = "Reservations",
            description = "Fixed addresses, each as DEVICE=ADDRESS, such as press-7=10.0.0.20."
                    + " A reserved address is never leased to another device."
                    + " One per line, or with commas between.|TextArea",
            required = false)
    String reservations() default "";

    @AttributeDefinition(
            name = "Advanced: IPv6 prefix",
            description =
                    "The unique local /64 prefix (RFC 4193, begins with fd) of the virtual IPv6 addresses, such as"
                            + " fd12:3456:789a:1::/64. Empty: chosen at random once and kept with the leases.",
            required = false)
    String ipv6_prefix() default "";

    @AttributeDefinition(
            name = "Advanced: Lease ends after absence of",
            required = false,
            description = "How long a device may stay away before its address may go to another: a number with s, m, h"
                    + " or d, such as 12h or 30d. never or empty: its address stays its own.")
    String lease_absence() default "never";

    @AttributeDefinition(
            name = "Advanced: Store",
            required = false,
            description =
                    "file: this relay alone leases addresses and keeps them in a file. shared: several relays lease"
                            + " from one store, which io.mnedc.cluster provides; without it no addresses are leased. All"
                            + " relays must have the same pool and IPv6 prefix. Leases of the file are taken over once.",
            options = {
                @Option(label = "file (one relay)", value = "file"),
                @Option(label = "shared (several relays)", value = "shared")
            })
    String store() default "file";

    @AttributeDefinition(
            name = "Advanced: Pool to replace",
            required = false,
            description = "Only with a shared store: the pool that the relays lease from until now and that pool and"
                    + " ipv6.prefix of this relay replace for all. Then set the same pool on the other relays: until then"
                    + " they lease nothing. Change it only while all relays reach the store.")
    String pool_replaces() default "";

    @AttributeDefinition(
            name = "Advanced: Data directory",
            description =
                    "Where the leases are kept, unless the store is shared. Only one process may use it at a time."
                            + " Empty: mnedc/leases in the data directory of Kura, mnedc in that of Karaf, elsewhere the"
                            + " storage area of the framework, which may be cleared when it starts.",
            required = false)
    String data_dir() default "";
}
