package io.mnedc.cluster;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Icon;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Settings of the store that several relays share. */
@ObjectClassDefinition(
        id = ClusterConfig.PID,
        name = "MNEDC cluster",
        description =
                "What the relays of one overlay share, such as leases, in an ensemble of ZooKeeper servers. One relay"
                        + " alone needs none of it.",
        icon = {
            @Icon(resource = "OSGI-INF/icon/mnedc-32.png", size = 32),
            @Icon(resource = "OSGI-INF/icon/mnedc-16.png", size = 16)
        })
@interface ClusterConfig {
    String PID = "io.mnedc.cluster";

    @AttributeDefinition(
            name = "Enabled",
            required = false,
            description = "Whether this relay shares its state with others.")
    boolean enabled() default false;

    @AttributeDefinition(
            name = "Overlay",
            required = false,
            description =
                    "The name of the overlay, which all of its relays have in common: at most 64 letters, digits and"
                            + " signs, no slash. Several overlays can share an ensemble by different names.")
    String overlay() default "mnedc";

    @AttributeDefinition(
            name = "Ensemble",
            required = false,
            description = "The servers of an ensemble, each as HOST:PORT, one per line or with commas between. The"
                    + " connection is neither encrypted nor authenticated: only relays may reach these"
                    + " servers.|TextArea")
    String ensemble() default "";
}
