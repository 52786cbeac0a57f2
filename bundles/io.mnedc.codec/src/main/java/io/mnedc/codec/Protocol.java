package io.mnedc.codec;

/** The numbers that both ends must agree on. */
public final class Protocol {
    /** The protocol's major version: peers with another one are refused. */
    public static final int MAJOR = 1;

    /** The protocol's minor version: the lower one of two peers is spoken. */
    public static final int MINOR = 1;

    /** The relay's TCP port unless configured otherwise. Not assigned by IANA to a service in use beside it. */
    public static final int DEFAULT_PORT = 3334;

    /** The largest control message: type and records, without its length field, in bytes. */
    public static final int MAX_MESSAGE = 65_536;

    /** The largest control message before a device has been welcomed or a data stream been bound, in bytes. */
    public static final int MAX_HANDSHAKE_MESSAGE = 8_192;

    /** The longest device ID, in characters of {@code A-Z a-z 0-9 . _ : -}. */
    public static final int MAX_DEVICE_ID = 64;

    /** The longest label of a device, in characters (RFC 1035, section 2.3.4). */
    public static final int MAX_LABEL = 63;

    /** The longest sentence of an error, in UTF-8 bytes. */
    public static final int MAX_SENTENCE = 512;

    /** The longest other text, in UTF-8 bytes. */
    public static final int MAX_TEXT = 64;

    /** The most services in a device's orchestration information that is not signed. */
    public static final int MAX_SERVICES = 32;

    /** The most services in a device's signed orchestration information. */
    public static final int MAX_SIGNED_SERVICES = 128;

    /** The most attributes of a device, and of a service. */
    public static final int MAX_ATTRIBUTES = 64;

    /** The longest value of an attribute, in UTF-8 bytes. */
    public static final int MAX_ATTRIBUTE_VALUE = 1_024;

    /** The most multicast groups that a device can say it listens to. */
    public static final int MAX_MULTICAST_GROUPS = 64;

    /** The most groups of a device that one relay tells another. */
    public static final int MAX_GROUPS = 32;

    /** The most relays of an overlay. */
    public static final int MAX_RELAYS = 64;

    /** The most addresses of a relay. */
    public static final int MAX_ADDRESSES = 16;

    /** The longest address of a relay with its port, in characters: a DNS name, a colon and the port. */
    public static final int MAX_ADDRESS = 262;

    /** The load of a relay that wants no more devices. */
    public static final int MAX_LOAD = 1_000;

    /** The largest orchestration information, in bytes. */
    public static final int MAX_INFO = 16_300;

    /** The same with all that is signed with it. */
    public static final int MAX_BODY = 16_384;

    /** The largest signature, in bytes: more than that of an RSA key of 8,192 bits. */
    public static final int MAX_SIGNATURE = 1_040;

    /** The largest payload of an envelope between two devices, in bytes. */
    public static final int MAX_ENVELOPE = 16_384;

    /** The largest certificate, or request for one, in DER, in bytes. */
    public static final int MAX_CERTIFICATE = 4_096;

    /** The most certificates in a chain. */
    public static final int MAX_CHAIN = 4;

    /** The most certificates that an overlay trusts at a time. */
    public static final int MAX_TRUSTED = 8;

    /** The most lines about the overlay that a relay which joins is told. */
    public static final int MAX_OVERLAY_LINES = 8;

    /** The longest of them, in UTF-8 bytes. */
    public static final int MAX_OVERLAY_LINE = 4_096;

    /** Who asks for a certificate: a device. */
    public static final int ROLE_DEVICE = 0;

    /** Who asks for a certificate: another relay of the overlay. */
    public static final int ROLE_RELAY = 1;

    /** The largest answer that one relay gives another to a request for a certificate, in bytes. */
    public static final int MAX_SIGN_ANSWER = 65_000;

    /** Bytes of a join token's secret. */
    public static final int JOIN_SECRET = 32;

    /** Envelope kind: a handshake between two devices. */
    public static final int ENVELOPE_HANDSHAKE = 1;

    /** Envelope kind: orchestration exchange. Reserved. */
    public static final int ENVELOPE_ORCHESTRATION = 2;

    /** Bytes of the secret that binds a data stream to its control stream. */
    public static final int SECRET = 32;

    /** Bytes of a nonce in the data stream's handshake. */
    public static final int NONCE = 32;

    /** The node number of the relay. */
    public static final int RELAY_NODE = 1;

    /** The highest node number: the largest pool is a /8, its last address is the broadcast address. */
    public static final int MAX_NODE = (1 << 24) - 2;

    /** The shortest keepalive interval, in milliseconds. */
    public static final int MIN_KEEPALIVE = 100;

    /** The longest keepalive interval, in milliseconds. */
    public static final int MAX_KEEPALIVE = 3_600_000;

    /** The longest wait that an error can ask for, in milliseconds. */
    public static final int MAX_RETRY = 3_600_000;

    /** Security mode: neither TLS nor sealing. For laboratories. */
    public static final int SECURITY_NONE = 0;

    /** Security mode: control stream in mutual TLS 1.3, data frames sealed end to end. */
    public static final int SECURITY_TLS = 1;

    /** Capability: takes packets whose checksum is left to it. */
    public static final int CAN_CHECKSUM = 1;

    /** Capability: takes TCP over IPv4 super-packets. */
    public static final int CAN_TSO4 = 1 << 1;

    /** Capability: takes TCP over IPv6 super-packets. */
    public static final int CAN_TSO6 = 1 << 2;

    /** Capability: takes UDP super-packets. */
    public static final int CAN_USO = 1 << 3;

    private Protocol() {}
}
