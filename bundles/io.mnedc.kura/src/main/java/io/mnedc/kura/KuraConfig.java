package io.mnedc.kura;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Icon;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** What of Kura is used. */
@ObjectClassDefinition(
        id = KuraConfig.PID,
        name = "MNEDC in Kura",
        icon = {
            @Icon(resource = "OSGI-INF/icon/mnedc-32.png", size = 32),
            @Icon(resource = "OSGI-INF/icon/mnedc-16.png", size = 16)
        },
        description = "Which key of this gateway MNEDC uses, and what the status light shows.")
@interface KuraConfig {
    String PID = "io.mnedc.kura";

    /** {@return the name of the key store} */
    @AttributeDefinition(
            name = "Key store",
            required = false,
            description = "The name of one of the gateway's key stores (Security, Keystore Configuration), such as"
                    + " SSLKeystore. Relay and device use the key that is chosen here when their identity provider is"
                    + " set to kura. Empty: none.")
    String keystore() default "";

    /** {@return the alias of the key} */
    @AttributeDefinition(
            name = "Key",
            required = false,
            description = "The alias of the private key with its certificates. Empty: the only one that the key store"
                    + " has.")
    String key() default "";

    /** {@return the aliases of whom to trust} */
    @AttributeDefinition(
            name = "Authorities",
            required = false,
            description = "The aliases of the certificates in that key store whose relays and devices are believed. At"
                    + " least one must be named: key stores of a gateway often hold public authorities, too, and"
                    + " anybody can get a certificate from those."
                    + " One per line, or with commas between.|TextArea")
    String authorities() default "";

    /** {@return how important the overlay is to the light} */
    @AttributeDefinition(
            name = "Priority for the status light",
            required = false,
            min = "0",
            max = "1000",
            description =
                    "Kura's status light shows what has the highest priority: a cloud connection has 100. With less"
                            + " than that the connection to the relay is shown where there is no cloud connection, with more"
                            + " always. 0 to 1000; 0: never.")
    int light_priority() default 50;
}
