package io.mnedc.api.tun;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** The owner of an open interface, as its driver sees it. Called by any thread; must not block or close the interface. */
@ConsumerType
public interface TunObserver {
    /** {@link TunDevice#state()} is another one. */
    void changed();

    /**
     * Lists addresses to which packets must go through the interface, apart from the first and the last one of each
     * network. The driver asks the kernel for some of them at a time.
     *
     * @return the addresses that are known now; it is read slowly, and by one thread at a time
     */
    Iterator<InetAddress> destinations();

    /**
     * Lists addresses to which no packet may go through the interface, because what is read from it goes there. A default
     * route to the interface leads them astray.
     *
     * @return the addresses that are known now, few
     */
    default Collection<InetAddress> outside() {
        return List.of();
    }
}
