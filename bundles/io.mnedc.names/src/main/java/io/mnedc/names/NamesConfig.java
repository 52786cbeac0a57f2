package io.mnedc.names;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Icon;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

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
}
