package org.eclipse.kura.status;

/** What the gateway's light shows. */
public enum CloudConnectionStatusEnum {
    /** Nothing is connected, or wants to be. */
    OFF,
    /** Something is connecting. */
    FAST_BLINKING,
    /** Something waits before it connects. */
    SLOW_BLINKING,
    /** Something works without a connection. */
    HEARTBEAT,
    /** Something is connected. */
    ON
}
