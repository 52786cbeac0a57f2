package io.mnedc.libc;

/** Error numbers of Linux (asm-generic/errno-base.h and asm-generic/errno.h). */
public final class Errno {
    /** Operation not permitted. */
    public static final int EPERM = 1;
    /** No such file or directory. */
    public static final int ENOENT = 2;
    /** No such process; to rtnetlink, no such route. */
    public static final int ESRCH = 3;
    /** Interrupted by a signal. */
    public static final int EINTR = 4;
    /** No such device or address. */
    public static final int ENXIO = 6;
    /** Bad file descriptor. */
    public static final int EBADF = 9;
    /** Nothing to read, or no room to write, just now. */
    public static final int EAGAIN = 11;
    /** Access denied. */
    public static final int EACCES = 13;
    /** In use. */
    public static final int EBUSY = 16;
    /** Exists already. */
    public static final int EEXIST = 17;
    /** No such device. */
    public static final int ENODEV = 19;
    /** Invalid argument. */
    public static final int EINVAL = 22;
    /** A message that makes no sense. */
    public static final int EBADMSG = 74;
    /** File descriptor in a bad state; to a TUN file, its interface was removed. */
    public static final int EBADFD = 77;
    /** Message too long. */
    public static final int EMSGSIZE = 90;
    /** No such address. */
    public static final int EADDRNOTAVAIL = 99;
    /** No network can be reached by any route. */
    public static final int ENETUNREACH = 101;
    /** A queue was full, and something is lost. */
    public static final int ENOBUFS = 105;
    /** Waited too long. */
    public static final int ETIMEDOUT = 110;
    /** A route says that the host cannot be reached. */
    public static final int EHOSTUNREACH = 113;

    private Errno() {}
}
