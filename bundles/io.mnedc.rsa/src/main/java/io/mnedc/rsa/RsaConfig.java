package io.mnedc.rsa;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Icon;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the remote services. */
@ObjectClassDefinition(
        id = RsaConfig.PID,
        name = "MNEDC remote services",
        description =
                "OSGi services that other devices export are here as if they were of this gateway, and the other way round.",
        icon = {
            @Icon(resource = "OSGI-INF/icon/mnedc-32.png", size = 32),
            @Icon(resource = "OSGI-INF/icon/mnedc-16.png", size = 16)
        })
@interface RsaConfig {
    String PID = "io.mnedc.rsa";

    @AttributeDefinition(
            name = "Enabled",
            required = false,
            description = "Whether services are exported to peers and imported from them.")
    boolean enabled() default true;

    @AttributeDefinition(
            name = "Port",
            required = false,
            min = "0",
            max = "65535",
            description =
                    "The TCP port at the virtual address where exported services are called. 0: this device exports nothing by"
                            + " its own provider.")
    int port() default RsaSettings.PORT;

    @AttributeDefinition(
            name = "Import filter",
            required = false,
            description =
                    "Which services are imported, as an OSGi filter. It sees their properties, and device.id, name, group and"
                            + " address of the device. Example: (group=plant). Empty: all.")
    String import_filter() default "";

    @AttributeDefinition(
            name = "Timeout",
            required = false,
            min = "1",
            max = "3600",
            description = "How long a call may take, in seconds, before it fails.")
    int timeout() default RsaSettings.TIMEOUT;
}
