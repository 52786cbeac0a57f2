package io.mnedc.api.tun;

import org.osgi.annotation.versioning.ProviderType;

/** Opens TUN interfaces. Thread-safe. */
@ProviderType
public interface TunDriver {
    /** Service property: the kind of driver, such as {@code linux} or {@code memory}. */
    String KIND = "mnedc.tun.driver";

    /**
     * Creates an interface, gives it its addresses and routes and brings it up. The interface is gone when the
     * device is closed, the driver's bundle stops or the process ends.
     *
     * @param settings what it shall be like
     * @return the open interface, owned by the caller
     * @throws TunException with a message that names the cure
     */
    TunDevice open(TunSettings settings) throws TunException;
}
