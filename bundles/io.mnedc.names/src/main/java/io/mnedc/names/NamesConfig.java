package io.mnedc.names;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Icon;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Settings of the names. */
@ObjectClassDefinition(
        id = NamesConfig.PID,
        name = "MNEDC names",
        description =
                "The names of devices and services, which the device answers as a DNS server at the service address of the"
                        + " overlay: the first address of the pool.",
        icon = {
            @Icon(resource = "OSGI-INF/icon/mnedc-32.png", size = 32),
            @Icon(resource = "OSGI-INF/icon/mnedc-16.png", size = 16)
        })
@interface NamesConfig {
    String PID = "io.mnedc.names";

    @AttributeDefinition(
            name = "Enabled",
            required = false,
            description = "Whether this device answers names. It answers programs of its own host only.")
    boolean enabled() default true;

    @AttributeDefinition(
            name = "Zone",
            required = false,
            description =
                    "What stands behind the names of devices: with mnedc the device press-7 is press-7.mnedc. At most"
                            + " 100 characters.")
    String zone() default "mnedc";

    @AttributeDefinition(
            name = "System resolver",
            required = false,
            options = {
                @Option(label = "off", value = "off"),
                @Option(label = "systemd-resolved, if it runs", value = "auto"),
                @Option(label = "systemd-resolved", value = "resolved"),
                @Option(label = "hosts file", value = "hosts")
            },
            description =
                    "How all programs of this host get to know the names. off: not at all; the host is left as it is. auto:"
                            + " by systemd-resolved while it runs, else not at all. resolved: by systemd-resolved, which is told by"
                            + " resolvectl to ask this device for its zone; it forgets that with the interface. hosts: by a block in"
                            + " the hosts file, which is removed when the device stops. A change takes effect at once.")
    String system_resolver() default "off";

    @AttributeDefinition(
            name = "Advanced: Hosts file",
            required = false,
            description = "The file that gets the block of system.resolver = hosts. Not a link.")
    String hosts_file() default "/etc/hosts";
}
