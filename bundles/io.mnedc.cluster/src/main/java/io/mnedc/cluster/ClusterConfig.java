package io.mnedc.cluster;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
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
                            + " signs, no slash. Several overlays can share an ensemble by different names. A relay"
                            + " that joins by a token takes the overlay's.")
    String overlay() default "mnedc";

    @AttributeDefinition(
            name = "Ensemble",
            required = false,
            description = "The servers of an ensemble of your own, each as HOST:PORT, one per line or with commas"
                    + " between. The connection is neither encrypted nor authenticated: only relays may reach these"
                    + " servers. Not together with member.|TextArea")
    String ensemble() default "";

    @AttributeDefinition(
            name = "Member",
            required = false,
            description = "HOST:PORT where the other relays reach the server of ZooKeeper that runs inside this relay;"
                    + " PORT and the next one must be reachable for them, the one behind is used on this host only."
                    + " The servers prove themselves by the certificates of their relays. Not together with ensemble.")
    String member() default "";

    @AttributeDefinition(
            name = "Join token",
            required = false,
            type = AttributeType.PASSWORD,
            description = "Lets this relay join an overlay: what \"./mnedc relay token --relay\" prints at one of its"
                    + " relays. It is used once, when member is set and no server is in data.dir yet; clear it"
                    + " afterwards."
                    + " Without it a new overlay begins here.")
    String join_token() default "";

    @AttributeDefinition(
            name = "Go on alone",
            required = false,
            description =
                    "Only if most relays of the overlay are lost for good: any new text, such as today's date, lets"
                            + " this relay go on without the others, once, with what its server had. What the others had agreed"
                            + " on without it is lost. Nothing happens if most of them are there.")
    String go_on_alone() default "";

    @AttributeDefinition(
            name = "Identity directory",
            required = false,
            description = "The directory with this relay's key and certificate: data.dir of io.mnedc.relay. Needed with"
                    + " member.")
    String identity_dir() default "";

    @AttributeDefinition(
            name = "Data directory",
            required = false,
            description = "Where the server of this relay keeps its database, for it alone. Needed with member.")
    String data_dir() default "";
}
