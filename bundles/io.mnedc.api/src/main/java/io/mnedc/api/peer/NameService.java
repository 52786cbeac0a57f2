package io.mnedc.api.peer;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Names of the overlay, without asking the host's DNS. Each device has a name, such as {@code press-7}, in the overlay's zone, such
 * as {@code mnedc}. Thread-safe; answers from memory.
 */
@ProviderType
public interface NameService {
    /** {@return the zone, such as {@code mnedc}; without a dot at its end} */
    String zone();

    /**
     * Looks up a device, this one included.
     *
     * @param name {@code press-7}, {@code press-7.mnedc} or {@code press-7.mnedc.}, in lower or upper case; {@code relay} for the
     *     service address
     * @return its virtual addresses, IPv4 first; empty if there is no such name
     */
    List<InetAddress> lookup(String name);

    /**
     * Looks up an address.
     *
     * @param address a virtual address
     * @return the whole name, such as {@code press-7.mnedc}; empty if nobody has the address now
     */
    Optional<String> nameOf(InetAddress address);
}
