package io.mnedc.codec;

import java.util.Optional;

/** What went wrong between two ends of a connection. The numbers are part of the protocol and never change. */
public enum ErrorCode {
    /** The peer speaks another major version. */
    VERSION_UNSUPPORTED(1),
    /** The peer sent what is not allowed here. */
    PROTOCOL_VIOLATION(2),
    /** A message, frame or field is over its limit. */
    TOO_LARGE(3),
    /** The peer was silent for too long. */
    TIMED_OUT(4),
    /** The two ends have different security modes. */
    SECURITY_MISMATCH(5),
    /** The device ID is empty, too long or has forbidden characters. */
    DEVICE_ID_INVALID(6),
    /** Another connection has registered with the same device ID. */
    REPLACED(7),
    /** Notice to the newer of two connections with one device ID: the older one has been closed. */
    TOOK_OVER(8),
    /** No address is free. */
    POOL_EXHAUSTED(9),
    /** The relay cannot lease an address now; trying again may help. */
    LEASE_UNAVAILABLE(10),
    /** The relay is stopping; trying again may help. */
    STOPPING(11),
    /** The data stream could not be bound to a control stream. */
    BIND_FAILED(12),
    /** Too many connections, devices or messages. */
    LIMIT_EXCEEDED(13),
    /** The addressed peer is not registered. */
    PEER_UNKNOWN(14),
    /** A fault of the one who reports it. */
    INTERNAL(15),
    /** The overlay's addresses have changed: register again. */
    READDRESSED(16),
    /** The address reserved for this device is held by another one. */
    RESERVATION_TAKEN(17),
    /** The join token is unknown or wrong. */
    JOIN_REFUSED(18),
    /** The join token has expired. */
    JOIN_EXPIRED(19),
    /** The join token has been used as often as it may be. */
    JOIN_USED(20),
    /** The device ID is enrolled already with another key. */
    ID_TAKEN(21),
    /** The certificate is not one of this overlay, or it has expired, or it names no device. */
    CERTIFICATE_REFUSED(22),
    /** The device ID is not the one in the certificate. */
    ID_MISMATCH(23),
    /** The device has been revoked. */
    REVOKED(24),
    /** Two devices took turns with one identity too often: both have to wait. */
    QUARANTINED(25),
    /** The relay cannot make certificates now. */
    ENROLMENT_UNAVAILABLE(26),
    /** The administrator of the relay has closed the connection; the device may connect again. */
    DISCONNECTED(27),
    /** Notice: another device has the label that follows from this device's ID, so this one has another label. */
    LABEL_TAKEN(28);

    private final int number;

    ErrorCode(int number) {
        this.number = number;
    }

    /** {@return the number on the wire, 1 to 65,535} */
    public int number() {
        return number;
    }

    /** {@return the code with this number; empty for one of a newer version} */
    public static Optional<ErrorCode> of(int number) {
        for (ErrorCode code : values()) {
            if (code.number == number) {
                return Optional.of(code);
            }
        }
        return Optional.empty();
    }
}
