package io.mnedc.relay.trust;

import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.transport.ControlStream;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** The devices that were let in; those who check them hand them over here. Thread-safe. */
public interface Admissions {
    /** Takes over the control stream of one device. */
    interface Admitted extends ControlStream.Handler {
        /** Ends the session; any thread. */
        void dismiss(ErrorReport report);
    }

    /**
     * A device has proved who it is.
     *
     * @param entry its connection, to be released once it is registered
     * @param by who checked it, and renews its certificate
     */
    Admitted admit(HalfOpen.Entry entry, Peer peer, RelaySecurity by);

    /**
     * How many rechecks there have been. Who checks a device before it is listed looks at this before the check and after
     * the listing: if it has changed, the check may have come too early, and the recheck before the listing.
     */
    long rechecks();

    /** Ends the sessions of some devices for which there is a reason now. To be called when the reason holds already. */
    void recheck(Predicate<Peer> which, Function<Peer, Optional<ErrorReport>> reason);

    /**
     * Tells all registered devices whom they are to trust.
     *
     * @return how many they are
     */
    int tell(Credentials now);
}
