package io.mnedc.relay.trust;

import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.Opaque;
import java.util.function.Consumer;

/**
 * Passes on what this relay cannot sign, for want of the CA's key, to a relay of the same overlay that can. That relay checks the
 * request as if it came from the device itself. Thread-safe; never blocks.
 */
public interface Signing {
    /** There is nobody to pass it on to: the device is told which relays it may ask itself. */
    Signing NONE = new Signing() {};

    /** What comes of a request: one of the two, once. On any thread; must not block. */
    interface Outcome {
        /** The other relay has answered so; nothing of it is checked. */
        void answered(Credentials credentials);

        /** There is no certificate. */
        void refused(ErrorReport report);

        /** {@return one that tells two others} */
        static Outcome of(Consumer<Credentials> answered, Consumer<ErrorReport> refused) {
            return new Outcome() {
                @Override
                public void answered(Credentials credentials) {
                    answered.accept(credentials);
                }

                @Override
                public void refused(ErrorReport report) {
                    refused.accept(report);
                }
            };
        }
    }

    /**
     * Passes an enrolment on.
     *
     * @param request of a device, as it came
     * @return whether the outcome will be told; false if there is nobody to ask
     */
    default boolean enrol(Enrol request, Outcome outcome) {
        return false;
    }

    /**
     * Passes a renewal on.
     *
     * @param peer who has proved to this relay that it has the key
     * @param request PKCS #10, as it came
     * @return whether the outcome will be told; false if there is nobody to ask
     */
    default boolean renew(Peer peer, Opaque request, Outcome outcome) {
        return false;
    }

    /**
     * Asks for another certificate of this relay.
     *
     * @param request PKCS #10, by the key of the certificate that it has
     * @return whether the outcome will be told; false if there is nobody to ask
     */
    default boolean renewOwn(Opaque request, Outcome outcome) {
        return false;
    }
}
