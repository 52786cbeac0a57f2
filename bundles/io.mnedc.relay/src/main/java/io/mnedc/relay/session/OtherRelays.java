package io.mnedc.relay.session;

import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Fence;
import java.util.Optional;

/**
 * The other relays of the overlay, as the registered devices see them. Called under the lock of {@link Sessions}, in the order of what
 * happens: must not block.
 */
public interface OtherRelays {
    /** There are none. */
    OtherRelays NONE = new OtherRelays() {
        @Override
        public String own() {
            return "";
        }

        @Override
        public boolean alone() {
            return true;
        }

        @Override
        public Fence known(String deviceId) {
            return Fence.NONE;
        }

        @Override
        public void registered(Session session) {
            // nobody hears of it
        }

        @Override
        public void left(Session session) {
            // nobody hears of it
        }

        @Override
        public Optional<ErrorReport> refusal() {
            return Optional.empty();
        }
    };

    /** {@return this relay's ID among them} */
    String own();

    /** {@return whether there is no other relay now} */
    boolean alone();

    /** {@return what the store of the overlay says of a device's last registration} */
    Fence known(String deviceId);

    /** A device is registered here, or tells something else about itself, or its fence is another one. */
    void registered(Session session);

    /** A device is not registered here any more. */
    void left(Session session);

    /** {@return why no further device can register here now, because another relay is to serve it; empty if it can} */
    Optional<ErrorReport> refusal();
}
