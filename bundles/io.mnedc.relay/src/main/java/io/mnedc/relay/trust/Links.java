package io.mnedc.relay.trust;

import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.transport.ControlStream;
import java.security.cert.X509Certificate;
import java.util.List;

/** The links to other relays of the overlay; those who check their certificates hand them over here. On the control loop. */
@FunctionalInterface
public interface Links {
    /**
     * A relay of the overlay has connected.
     *
     * @param entry its connection, to be released once it has said which one it is
     * @param chain its certificates
     */
    ControlStream.Handler accept(HalfOpen.Entry entry, List<X509Certificate> chain);
}
