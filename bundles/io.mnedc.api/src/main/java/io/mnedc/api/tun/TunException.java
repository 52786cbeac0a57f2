package io.mnedc.api.tun;

import io.mnedc.api.text.PlainText;
import java.io.IOException;

/** A TUN interface could not be made or changed; the message names the value at fault and the cure. */
public class TunException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Reason {
        /** There is no /dev/net/tun. */
        NO_DEVICE_NODE,
        /** CAP_NET_ADMIN or access to /dev/net/tun is missing. */
        NOT_PERMITTED,
        /** Another interface has the name. */
        NAME_TAKEN,
        /** A local network overlaps an address or route of the settings. */
        NETWORK_OVERLAP,
        /** This platform has no such driver. */
        UNSUPPORTED,
        /** Another error of the kernel. */
        FAILED
    }

    private final Reason reason;

    /**
     * Makes the exception.
     *
     * @param reason what went wrong
     * @param message a sentence that names the value and the cure; interfaces of others may have any name, so it is made
     *     {@linkplain PlainText plain}
     */
    public TunException(Reason reason, String message) {
        super(PlainText.of(message));
        this.reason = reason;
    }

    /** {@return what went wrong} */
    public Reason reason() {
        return reason;
    }
}
