package io.mnedc.api.tun;

import java.net.InetAddress;
import java.util.Iterator;
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
}
