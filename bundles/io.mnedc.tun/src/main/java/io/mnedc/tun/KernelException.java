package io.mnedc.tun;

import io.mnedc.api.tun.TunException;
import io.mnedc.libc.Errno;
import io.mnedc.libc.LibC;
import java.io.IOException;

/** A call to the kernel failed. */
final class KernelException extends IOException {
    private static final long serialVersionUID = 1L;

    /** What a process needs to make interfaces, and how it gets that. */
    static final String PRIVILEGE_CURE =
            "run as root, or grant CAP_NET_ADMIN, for example by AmbientCapabilities=CAP_NET_ADMIN in the systemd unit,"
                    + " or --cap-add=NET_ADMIN for a container";

    private final int errno;

    /**
     * Makes the exception.
     *
     * @param action what was tried, as in "cannot (action): reason"
     * @param errno why it failed
     */
    KernelException(String action, int errno) {
        super("cannot " + action + ": " + LibC.strerror(errno) + " (errno " + errno + ")");
        this.errno = errno;
    }

    int errno() {
        return errno;
    }

    /** {@return the same for the driver's users, with a cure where there is one} */
    TunException toTunException() {
        boolean denied = errno == Errno.EPERM || errno == Errno.EACCES;
        TunException e = denied
                ? new TunException(TunException.Reason.NOT_PERMITTED, getMessage() + "; " + PRIVILEGE_CURE)
                : new TunException(TunException.Reason.FAILED, String.valueOf(getMessage()));
        e.initCause(this);
        return e;
    }
}
