package io.mnedc.relay.events;

import io.mnedc.api.relay.RelayEvent.Kind;

/** Takes what happens at a relay. Thread-safe; never blocks and never fails. */
public interface Events {
    /** Takes nothing. */
    Events NONE = (kind, device, remote, detail) -> {};

    /**
     * Something has happened.
     *
     * @param kind what
     * @param device whose ID, as far as it is known; else empty
     * @param remote the other end's address and port; empty if nobody is connected
     * @param detail what else there is to say: for a refusal, the code and the sentence; never a secret
     */
    void record(Kind kind, String device, String remote, String detail);
}
