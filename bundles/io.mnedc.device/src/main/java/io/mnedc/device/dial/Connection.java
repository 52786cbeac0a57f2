package io.mnedc.device.dial;

import io.mnedc.transport.ControlStream;

/** A connection to a relay that is complete, with TLS if that is wanted, and has no user yet. */
public interface Connection {
    /** Gives it a user, which is told everything as if it had been there from the start. To be called once. */
    void hand(ControlStream.Handler user);

    /** Closes it at once; nothing is told any more. */
    void cut();
}
