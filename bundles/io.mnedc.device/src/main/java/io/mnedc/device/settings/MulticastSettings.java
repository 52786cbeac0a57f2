package io.mnedc.device.settings;

/**
 * Which multicast a device takes part in, and how much of it its programs may send.
 *
 * @param mode which
 * @param packets the most packets in a second, before they are copied for each member
 * @param bytes the most bytes in a second, of all copies
 * @param members the most devices that a packet is copied for
 */
public record MulticastSettings(Mode mode, int packets, int bytes, int members) {
    static final int DEFAULT_PACKETS = 200;
    static final int MOST_PACKETS = 1_000_000;
    static final int DEFAULT_BYTES = 1_000_000;
    static final int LEAST_BYTES = 10_000;
    static final int MOST_BYTES = 1_000_000_000;
    static final int DEFAULT_MEMBERS = 256;
    static final int MOST_MEMBERS = 65_536;

    /** What is let through. */
    public enum Mode {
        /** Nothing. */
        OFF,
        /** What finds services in a LAN: mDNS, SSDP, WS-Discovery, LLMNR. */
        DISCOVERY,
        /** All groups, and broadcasts. */
        ALL
    }

    /** {@return whether it takes part at all} */
    public boolean on() {
        return mode != Mode.OFF;
    }
}
