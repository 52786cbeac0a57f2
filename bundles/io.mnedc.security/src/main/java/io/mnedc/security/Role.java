package io.mnedc.security;

/** What a certificate lets its owner be. */
public enum Role {
    /** A relay: devices dial it. */
    RELAY,
    /** A device. */
    DEVICE
}
