package io.mnedc.device.settings;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.Icon;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/**
 * The settings of a device as a person sees them. They are read by {@link SettingsReader}, which tells what is wrong
 * with a value; the component runtime's conversion to this type would only fail.
 */
@ObjectClassDefinition(
        id = DeviceSettings.PID,
        name = "MNEDC device",
        icon = {
            @Icon(resource = "OSGI-INF/icon/mnedc-32.png", size = 32),
            @Icon(resource = "OSGI-INF/icon/mnedc-16.png", size = 16)
        },
        description =
                "Makes this gateway a device of the overlay: it registers with a relay, gets a virtual address and"
                        + " exchanges IP packets with the other devices, whatever NATs are between. Changes take effect at"
                        + " once and touch only what they must.")
public @interface DeviceConfig {
    @AttributeDefinition(
            name = "Enabled",
            required = false,
            description = "Whether the device runs. Off by default: nothing is connected and no interface is made.")
    boolean enabled() default false;

    @AttributeDefinition(
            name = "Join token",
            required = false,
            type = AttributeType.PASSWORD,
            description = "Lets the device join: what \"./mnedc relay token\" or \"mnedc:token\" prints at the relay."
                    + " It is used once; clear it afterwards, so that nobody finds it here. Another one makes the device"
                    + " join again. Not beside a key store or an identity provider.")
    String join_token() default "";

    @AttributeDefinition(
            name = "Relays",
            required = false,
            description = "The relays to try in turn, each HOST or HOST:PORT (port 3334 if left out; IPv6 addresses in"
                    + " brackets). srv:DOMAIN: those that the SRV records of _mnedc._tcp.DOMAIN name. lan: those"
                    + " that announce themselves in the local network. Both need security = tls and the bundle"
                    + " io.mnedc.finder. Empty: those of the join token, also after it has been used. Names are"
                    + " looked up at each attempt; what worked last is tried first. Other relays of the same"
                    + " overlay are learned from the relays, and are tried, too. A change leaves the connection"
                    + " alone if its relay is still in the list; interface and addresses stay in any case. One per"
                    + " line, or with commas between.|TextArea")
    String relays() default "";

    @AttributeDefinition(
            name = "Device ID",
            required = false,
            description =
                    "The unique name of this device, 1 to 64 letters, digits or . _ : - (the virtual address belongs"
                            + " to it). Empty: the one in its certificate, if it has one; else the serial number of Kura,"
                            + " or the hardware address of a network card, or the host name if there is none. Two devices"
                            + " with one ID put each other out.")
    String device_id() default "";

    @AttributeDefinition(
            name = "Access rules",
            required = false,
            description = "Which devices may talk to this one, on top of the relay's rules: each \"allow WHO WHO\" or"
                    + " \"deny WHO WHO\" with any, device:ID or group:NAME for WHO, or \"default deny\"; the first that"
                    + " matches decides. ID and groups are those of the certificates. A change counts at once."
                    + " One per line, or with commas between.|TextArea")
    String rules() default "";

    @AttributeDefinition(
            name = "Services",
            required = false,
            description = "The services this device offers to its peers, at most 128, each"
                    + " NAME[:PROTOCOL[:PORT]][?KEY=VALUE&...], such as web:http:8080 or"
                    + " web:http:8080?path=/status. OSGi services with the property mnedc.offer are added by"
                    + " themselves. Read by the discovery bundle. One per line, or with commas between.|TextArea")
    String services() default "";

    @AttributeDefinition(
            name = "Attributes",
            required = false,
            description =
                    "What else this device tells its peers, at most 64, each KEY=VALUE, such as site=north. Keys have"
                            + " up to 64 visible ASCII characters, values up to 1024 bytes. Read by the discovery bundle."
                            + " One per line, or with commas between.|TextArea")
    String attributes() default "";

    @AttributeDefinition(
            name = "TUN interface",
            required = false,
            description =
                    "The name of the network interface, 1 to 15 letters, digits or _ . -; %d in it becomes the lowest"
                            + " free number. A change makes the interface again.")
    String tun_name() default DeviceSettings.DEFAULT_TUN_NAME;

    @AttributeDefinition(
            name = "MTU",
            required = false,
            min = "1280",
            max = "65535",
            description = "The largest IP packet of the interface in bytes, 1280 to 65535. Changed without making the"
                    + " interface again.")
    int mtu() default DeviceSettings.DEFAULT_MTU;

    @AttributeDefinition(
            name = "Multicast",
            required = false,
            options = {
                @Option(label = "off", value = "off"),
                @Option(label = "what finds services: mDNS, SSDP, WS-Discovery, LLMNR", value = "discovery"),
                @Option(label = "all multicast, and broadcasts", value = "all")
            },
            description =
                    "Which multicast and broadcast packets of programs this device sends to, and takes from, other"
                            + " devices that have this on, too. Programs must use the TUN interface. A change takes effect"
                            + " at once.")
    String multicast() default "off";

    @AttributeDefinition(
            name = "Advanced: Data directory",
            required = false,
            description =
                    "Where the device keeps its key, its certificate, whom it trusts, and the time; for it alone and"
                            + " readable by nobody else. Empty: mnedc/device in the data directory of Kura, mnedc/identity"
                            + " in that of Karaf, elsewhere the storage area of the framework, which may be cleared when"
                            + " it starts.")
    String data_dir() default "";

    @AttributeDefinition(
            name = "Advanced: Security",
            required = false,
            options = {
                @Option(label = "TLS, and packets sealed end to end", value = "tls"),
                @Option(label = "none (laboratory only)", value = "none")
            },
            description = "How the streams are protected; must be the same at the relay. With none, nothing is"
                    + " encrypted and nobody proves who he is. A change makes the device register again.")
    String security() default "tls";

    @AttributeDefinition(
            name = "Advanced: TLS library",
            required = false,
            options = {
                @Option(label = "automatic", value = "auto"),
                @Option(label = "BoringSSL (needs io.mnedc.boringssl)", value = "boringssl"),
                @Option(label = "Java runtime", value = "java")
            },
            description = "Which library makes TLS handshakes. auto: BoringSSL, which is faster, if the optional bundle"
                    + " io.mnedc.boringssl is installed (no package for Kura has it) and this device's certificate"
                    + " is made by the relay, else the Java runtime. boringssl: also with a PKI of your own, if"
                    + " all certificates have EC P-256, P-384 or RSA keys. java: the Java runtime. Counts for new"
                    + " connections.")
    String tls_library() default "auto";

    @AttributeDefinition(
            name = "Advanced: Identity provider",
            required = false,
            description = "The name of the service (IdentityProvider, property mnedc.identity.name) that supplies key,"
                    + " certificate and trust. Empty: the key store, or else the device's own files.")
    String identity_provider() default "";

    @AttributeDefinition(
            name = "Advanced: Key store",
            required = false,
            description = "A PKCS #12 or JKS file of one's own PKI with this device's key and certificates. Empty: the"
                    + " device makes its key and joins by a token.")
    String keystore() default "";

    @AttributeDefinition(
            name = "Advanced: Key store password",
            required = false,
            type = AttributeType.PASSWORD,
            description = "The password of key store and key.")
    String keystore_password() default "";

    @AttributeDefinition(
            name = "Advanced: Trust store",
            required = false,
            description = "A PKCS #12 or JKS file with the certificates of the authorities whose relays and devices are"
                    + " believed. Empty: those in the key store.")
    String truststore() default "";

    @AttributeDefinition(
            name = "Advanced: Trust store password",
            required = false,
            type = AttributeType.PASSWORD,
            description = "The password of the trust store; empty if it has none.")
    String truststore_password() default "";

    @AttributeDefinition(
            name = "Advanced: Allowed virtual networks",
            required = false,
            description =
                    "The networks, each ADDRESS/LENGTH, that the relay may choose its pool and IPv6 prefix from: into"
                            + " nothing else are packets of this gateway routed. Empty: the private networks 10.0.0.0/8,"
                            + " 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 and fd00::/8. Where only networks of one IP"
                            + " version are named, the usual ones of the other stay allowed. A change takes effect at"
                            + " once. One per line, or with commas between.|TextArea")
    String pool_allowed() default "";

    @AttributeDefinition(
            name = "Advanced: Change of the virtual network",
            required = false,
            options = {
                @Option(label = "ask the administrator", value = "ask"),
                @Option(label = "follow the relay", value = "follow")
            },
            description =
                    "What to do when the relay announces another pool or IPv6 prefix than the one that this device has"
                            + " joined. ask: the interface is taken away until the command mnedc:acceptpool is given here"
                            + " or this setting is follow; a smaller part of the known network is taken without asking."
                            + " follow: it is taken, within the allowed networks, and the log tells.")
    String pool_change() default "ask";

    @AttributeDefinition(
            name = "Advanced: New keys after (s)",
            required = false,
            min = "1",
            max = "86400",
            description = "How long two devices use the same keys, 1 to 86400 seconds.")
    int rekey_seconds() default DeviceSecuritySettings.DEFAULT_REKEY_SECONDS;

    @AttributeDefinition(
            name = "Advanced: Offload",
            required = false,
            description = "Whether the interface hands over whole TCP and UDP super-packets where the kernel can (much"
                    + " faster). Turn it off only to look for a fault. A change makes the interface again.")
    boolean offload() default true;

    @AttributeDefinition(
            name = "Advanced: Longest pause between attempts (s)",
            required = false,
            min = "1",
            max = "3600",
            description =
                    "Attempts to reach a relay begin 0.1 s apart and become rarer, with some randomness, up to this"
                            + " many seconds, 1 to 3600.")
    int reconnect_max_seconds() default DeviceSettings.DEFAULT_RECONNECT_SECONDS;

    @AttributeDefinition(
            name = "Advanced: Send queue (ms)",
            required = false,
            min = "1",
            max = "10000",
            description =
                    "How long a packet may wait for a slow connection before it is dropped, 1 to 10000. More helps"
                            + " throughput over bad links and harms response times.")
    int queue_millis() default DeviceSettings.DEFAULT_QUEUE_MILLIS;

    @AttributeDefinition(
            name = "Advanced: Send queue (KiB)",
            required = false,
            min = "128",
            max = "" + DeviceSettings.MOST_QUEUE_KILOBYTES,
            description = "How much memory waiting packets may take, in KiB, 128 to "
                    + DeviceSettings.MOST_QUEUE_KILOBYTES + ".")
    int queue_kilobytes() default DeviceSettings.DEFAULT_QUEUE_KILOBYTES;

    @AttributeDefinition(
            name = "Advanced: Send buffer (KiB)",
            required = false,
            min = "0",
            max = "" + DeviceSettings.MOST_SEND_BUFFER_KILOBYTES,
            description =
                    "The most that the send buffer of the data connection (SO_SNDBUF) becomes; it is as large as the"
                            + " connection is fast. 0 leaves it to the kernel. 0 to "
                            + DeviceSettings.MOST_SEND_BUFFER_KILOBYTES + ".")
    int send_buffer_kilobytes() default DeviceSettings.DEFAULT_SEND_BUFFER_KILOBYTES;

    @AttributeDefinition(
            name = "Advanced: Most multicast packets",
            required = false,
            min = "1",
            max = "" + MulticastSettings.MOST_PACKETS,
            description =
                    "How many multicast and broadcast packets of programs are sent in a second, before they are copied"
                            + " for each receiver, 1 to 1000000. What is above is dropped and counted.")
    int multicast_packets() default MulticastSettings.DEFAULT_PACKETS;

    @AttributeDefinition(
            name = "Advanced: Most multicast bytes",
            required = false,
            min = "" + MulticastSettings.LEAST_BYTES,
            max = "" + MulticastSettings.MOST_BYTES,
            description = "How many bytes of multicast and broadcast packets are sent in a second, all copies together,"
                    + " 10000 to 1000000000. What is above is dropped and counted.")
    int multicast_bytes() default MulticastSettings.DEFAULT_BYTES;

    @AttributeDefinition(
            name = "Advanced: Most multicast receivers",
            required = false,
            min = "1",
            max = "" + MulticastSettings.MOST_MEMBERS,
            description =
                    "How many devices get a copy of a multicast or broadcast packet, 1 to 65536. If more have joined"
                            + " its group, they take turns.")
    int multicast_members() default MulticastSettings.DEFAULT_MEMBERS;

    @AttributeDefinition(
            name = "Advanced: Most peers",
            required = false,
            min = "" + DeviceSettings.LEAST_PEERS,
            max = "" + DeviceSettings.MOST_PEERS,
            description =
                    "How many other devices are remembered, whatever the relay announces, 1 to 1000000. All together"
                            + " take an eighth of the heap at most. Who is announced beyond that cannot be reached; the"
                            + " log says so. A change makes the device register again.")
    int peers_most() default DeviceSettings.DEFAULT_PEERS;

    @AttributeDefinition(
            name = "Advanced: Platform",
            required = false,
            description =
                    "What this device tells its peers it runs on, at most 64 bytes, such as linux-amd64. Empty: found"
                            + " out. Read by the discovery bundle.")
    String platform() default "";

    @AttributeDefinition(
            name = "Advanced: Execution type",
            required = false,
            description =
                    "How this device runs what is given to it, at most 64 bytes, such as osgi or container. Read by"
                            + " the discovery bundle.")
    String execution_type() default "osgi";
}
