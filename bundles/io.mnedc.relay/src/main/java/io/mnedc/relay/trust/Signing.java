package io.mnedc.relay.trust;

import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.Opaque;
import io.mnedc.security.authority.OverlayAuthority.Enrolled;
import java.util.function.Consumer;

/**
 * Passes on what this relay cannot sign, for want of the CA's key, to a relay of the same overlay that can. That relay checks the
 * request as if it came from the device itself. Thread-safe; never blocks.
 */
public interface Signing {
    /** There is nobody to pass it on to: the device is told which relays it may ask itself. */
    Signing NONE = new Signing() {};

    /**
     * Passes an enrolment on.
     *
     * @param request of a device, unchecked
     * @param enrolled told what to send to the device; on any thread
     * @param refused told why it is refused; on any thread
     * @return whether one of them will be told
     */
    default boolean enrol(Enrol request, Consumer<Enrolled> enrolled, Consumer<ErrorReport> refused) {
        return false;
    }

    /**
     * Passes a renewal on.
     *
     * @param peer who has proved to this relay that it has the key
     * @param request PKCS #10, unchecked
     * @param renewed told what to send to the device; on any thread
     * @param refused told why it is refused; on any thread
     * @return whether one of them will be told
     */
    default boolean renew(Peer peer, Opaque request, Consumer<Credentials> renewed, Consumer<ErrorReport> refused) {
        return false;
    }
}
