package io.mnedc.relay.settings;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.Icon;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Configuration of the relay. */
@ObjectClassDefinition(
        id = RelayConfig.PID,
        name = "MNEDC relay",
        icon = {
            @Icon(resource = "OSGI-INF/icon/mnedc-32.png", size = 32),
            @Icon(resource = "OSGI-INF/icon/mnedc-16.png", size = 16)
        },
        description = "The server in the topmost NAT that every device dials and that forwards their packets.")
public @interface RelayConfig {
    /** Of the configuration. */
    String PID = "io.mnedc.relay";

    String DEFAULT_LISTEN = "*:3334";

    /** {@return whether the relay runs} */
    @AttributeDefinition(
            name = "Enabled",
            required = false,
            description = "Whether the relay runs. Nothing is opened while it does not.")
    boolean enabled() default false;

    /** {@return where to listen} */
    @AttributeDefinition(
            name = "Listen",
            required = false,
            description = "Where devices connect: HOST:PORT, one or more. * is every address of this host; an IPv6 "
                    + "address is written in brackets. Empty: *:3334. A change moves the listening socket; connected devices stay."
                    + " One per line, or with commas between.|TextArea")
    String listen() default DEFAULT_LISTEN;

    /** {@return the relay's ID among those of the overlay} */
    @AttributeDefinition(
            name = "Relay ID",
            required = false,
            description =
                    "What this relay is called among several relays of one overlay; no two may have the same. If empty, one is made"
                            + " and kept in data.dir. A change takes effect when the relay starts again.")
    String relay_id() default "";

    /** {@return where the relay is reached} */
    @AttributeDefinition(
            name = "Relay addresses",
            required = false,
            description =
                    "Where the other relays of the overlay reach this one, HOST:PORT each. If empty: the addresses on which"
                            + " it listens. One per line, or with commas between.|TextArea")
    String relay_addresses() default "";

    /** {@return whether the relay is announced in its local networks} */
    @AttributeDefinition(
            name = "Announce in the LAN",
            required = false,
            description =
                    "Whether the relay is announced by multicast DNS in the networks in which it listens, so that "
                            + "devices with the entry lan in their setting relays find it. Needs the bundle io.mnedc.finder. "
                            + "Everybody there learns its address and port. A change takes effect at once.")
    boolean announce_lan() default false;

    /** {@return what a join token is wanted for} */
    @AttributeDefinition(
            name = "Join token for",
            required = false,
            description =
                    "Makes a join token, once for each text: a device ID, or uses=NUMBER for several devices, and "
                            + "ttl=TIME (1h if not given), group=NAME, address=HOST:PORT with blanks between, such as press-7 "
                            + "ttl=24h. In Kura the page MNEDC status shows it, elsewhere it is in the file requested-token of "
                            + "the data directory. Empty: none.")
    String token_request() default "";

    /** {@return the access rules} */
    @AttributeDefinition(
            name = "Access rules",
            required = false,
            description =
                    "Which devices may talk to each other, each rule \"allow WHO WHO\" or \"deny WHO WHO\" with WHO "
                            + "any, device:ID or group:NAME, and \"default allow\" or \"default deny\"; the first that fits "
                            + "counts. Those of the file \"rules\" in the data directory follow. Without any, all may talk to "
                            + "all. A change takes effect at once, for connected devices too."
                            + " One per line, or with commas between.|TextArea")
    String rules() default "";

    /** {@return how long certificates last} */
    @AttributeDefinition(
            name = "Certificate lifetime (days)",
            required = false,
            description = "How long the certificates last that devices are given; they renew them when half of that "
                    + "is over. 1 to 7300. A change restarts the relay.")
    int certificate_days() default 365;

    /** {@return how long after their expiry certificates are good} */
    @AttributeDefinition(
            name = "Grace (days)",
            required = false,
            description = "How long after its expiry a device's certificate still lets it in, to renew it: for "
                    + "devices that lay in store. 0 to 36500; for new connections.")
    int grace_days() default 400;

    /** {@return where keys, tokens and enrolments are kept} */
    @AttributeDefinition(
            name = "Advanced: Data directory",
            required = false,
            description = "Where the relay keeps the overlay's authority, join tokens, enrolments, revocations, "
                    + "access rules and the audit log; for it alone, mode 0700. Empty: mnedc/relay in the data directory of "
                    + "Kura or Karaf, elsewhere the storage area of the framework, which may be cleared when it starts. A "
                    + "change restarts the relay.")
    String data_dir() default "";

    /** {@return where what relays must agree on is kept} */
    @AttributeDefinition(
            name = "Advanced: Store",
            required = false,
            options = {
                @Option(label = "files of this relay alone", value = "file"),
                @Option(label = "shared by several relays", value = "shared")
            },
            description =
                    "Where join tokens, enrolments, revocations, access rules and CA certificates are kept: file is the "
                            + "data directory alone, for one relay; shared is also a store that several relays of one overlay share, "
                            + "by the bundle io.mnedc.cluster. Without that store a relay with shared does not start. A change "
                            + "restarts the relay.")
    String store() default "file";

    /** {@return the security mode} */
    @AttributeDefinition(
            name = "Advanced: Security",
            required = false,
            description = "tls: devices prove who they are, nobody reads what they say. none: nobody is "
                    + "authenticated and nothing is encrypted, for laboratories only. The same value must be set on "
                    + "the devices. A change restarts the relay.",
            options = {
                @Option(label = "TLS and sealed packets", value = "tls"),
                @Option(label = "none (laboratory)", value = "none")
            })
    String security() default "tls";

    /** {@return whose TLS} */
    @AttributeDefinition(
            name = "Advanced: TLS library",
            required = false,
            description =
                    "Which library makes TLS handshakes. auto: BoringSSL, which is faster, if the optional bundle "
                            + "io.mnedc.boringssl is installed (no package for Kura has it) and the relay makes the overlay's certificates, "
                            + "else the Java runtime. boringssl: also with a PKI of your own, if all certificates have EC P-256, "
                            + "P-384 or RSA keys. java: the Java runtime. Counts for new connections.",
            options = {
                @Option(label = "automatic", value = "auto"),
                @Option(label = "BoringSSL (needs io.mnedc.boringssl)", value = "boringssl"),
                @Option(label = "Java runtime", value = "java")
            })
    String tls_library() default "auto";

    /** {@return the name of the identity provider} */
    @AttributeDefinition(
            name = "Advanced: Identity provider",
            required = false,
            description = "The name (service property mnedc.identity.name) of a service that supplies the relay's "
                    + "key and whom it trusts, such as a key store of the gateway. Empty: key store, or the overlay's "
                    + "own authority. A change restarts the relay.")
    String identity_provider() default "";

    /** {@return the key store} */
    @AttributeDefinition(
            name = "Advanced: Key store",
            required = false,
            description = "A PKCS #12 or JKS file with the relay's key and certificate, of a PKI of your own. Empty: "
                    + "the overlay's own authority. The file may change while the relay runs.")
    String keystore() default "";

    /** {@return its password} */
    @AttributeDefinition(
            name = "Advanced: Key store password",
            required = false,
            description = "The password of the key store and of its key.",
            type = AttributeType.PASSWORD)
    String keystore_password() default "";

    /** {@return the trust store} */
    @AttributeDefinition(
            name = "Advanced: Trust store",
            required = false,
            description = "A PKCS #12 or JKS file with the authorities that devices' certificates come from. Empty: "
                    + "the trusted certificates in the key store.")
    String truststore() default "";

    /** {@return its password} */
    @AttributeDefinition(
            name = "Advanced: Trust store password",
            required = false,
            description = "The password of the trust store.",
            type = AttributeType.PASSWORD)
    String truststore_password() default "";

    /** {@return the keepalive interval in milliseconds} */
    @AttributeDefinition(
            name = "Advanced: Keepalive (ms)",
            required = false,
            description = "Each side of a connection sends something this often; a peer that is silent for three "
                    + "times as long is gone. Must be shorter than what NAT routers on the way remember an idle "
                    + "connection for. Devices learn it from the relay. 100 to 3600000; for new connections.")
    long keepalive_millis() default 5000;

    /** {@return the handshake limit in milliseconds} */
    @AttributeDefinition(
            name = "Advanced: Handshake limit (ms)",
            required = false,
            description = "How long a connection may take until it is registered. 100 to 600000; for new connections.")
    long handshake_millis() default 10_000;

    /** {@return unproven connections per source} */
    @AttributeDefinition(
            name = "Advanced: Unproven connections per address",
            required = false,
            description = "How many connections from one address (of IPv6: from one /64) may be open that have not "
                    + "proved yet whose they are; beyond that the oldest is closed. 1 to 4096; for new connections.")
    int halfopen_per_address() default 256;

    /** {@return data frames per second of a device} */
    @AttributeDefinition(
            name = "Advanced: Frames per second",
            required = false,
            description = "How many data frames (packets or super-packets) each device may send in a second; what "
                    + "is more is dropped. 0 is no limit; at most 1000000000.")
    long frames_per_second() default 2_000_000;

    /** {@return bytes per second of a device} */
    @AttributeDefinition(
            name = "Advanced: Bytes per second",
            required = false,
            description = "How many bytes of data frames each device may send in a second; what is more is "
                    + "dropped. 0 is no limit; at most 1000000000000.")
    long bytes_per_second() default 4_000_000_000L;

    /** {@return control messages per second of a device} */
    @AttributeDefinition(
            name = "Advanced: Control messages per second",
            required = false,
            description = "How many control messages each device may send in a second, five times as many at "
                    + "once; what is more is ignored. 0 is no limit; at most 1000000.")
    long messages_per_second() default 500;

    /** {@return takeovers per minute} */
    @AttributeDefinition(
            name = "Advanced: Clone swaps per minute",
            required = false,
            description = "How often in a minute two connections may take turns with one identity before both "
                    + "are sent away for ten minutes, because one must be a cloned image. 0 is no limit; at "
                    + "most 1000.")
    int clone_swaps_per_minute() default Policy.CLONE_SWAPS;

    /** {@return the number of forwarding threads} */
    @AttributeDefinition(
            name = "Advanced: Forwarding threads",
            required = false,
            description = "Threads that forward packets, 1 to 64; 0 takes one per processor, at most 4. A change "
                    + "restarts the relay.")
    int loops() default 0;

    /** {@return the longest wait in a queue in milliseconds} */
    @AttributeDefinition(
            name = "Advanced: Queue limit (ms)",
            required = false,
            description = "The longest that a packet waits for a device whose link is slower than what is sent to "
                    + "it; older ones are dropped. 1 to 60000; for new connections.")
    long queue_millis() default 100;

    /** {@return the largest queue in kilobytes} */
    @AttributeDefinition(
            name = "Advanced: Queue limit (KiB)",
            required = false,
            description = "The most that waits for one device; beyond that the oldest is dropped. 128 to 1048576; "
                    + "for new connections.")
    long queue_kilobytes() default 8192;

    /** {@return the memory of all queues in megabytes} */
    @AttributeDefinition(
            name = "Advanced: Queue memory (MiB)",
            required = false,
            description = "The most memory that the queues of all devices use together, 1 to 1048576. A change "
                    + "restarts the relay.")
    long queue_memory_megabytes() default 64;

    /** {@return the socket send buffer in kilobytes} */
    @AttributeDefinition(
            name = "Advanced: Send buffer (KiB)",
            required = false,
            description = "The most that the send buffer of a device's data connection (SO_SNDBUF) becomes; it is as "
                    + "large as the connection is fast. 0 leaves it to the kernel. At most 1048576; for new "
                    + "connections.")
    long send_buffer_kilobytes() default 1024;
}
