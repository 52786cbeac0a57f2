package io.mnedc.tun;

/**
 * Request numbers of {@code ioctl(2)}: direction, argument size, group and number in one word (asm-generic/ioctl.h; on
 * PowerPC arch/powerpc/include/uapi/asm/ioctl.h).
 */
final class Ioctl {
    private static final int INT = 4;
    private static final boolean POWERPC = System.getProperty("os.arch", "").startsWith("ppc");

    // linux/if_tun.h
    static final long TUNSETIFF = write('T', 202, INT, POWERPC);
    static final long TUNGETFEATURES = read('T', 207, INT, POWERPC);
    static final long TUNSETOFFLOAD = write('T', 208, INT, POWERPC);
    static final long TUNSETVNETHDRSZ = write('T', 216, INT, POWERPC);
    static final long TUNSETVNETLE = write('T', 220, INT, POWERPC);

    private Ioctl() {}

    /** {@return _IOW(group, number, size)} */
    static long write(char group, int number, int size, boolean powerpc) {
        return (powerpc ? 4L << 29 : 1L << 30) | request(group, number, size);
    }

    /** {@return _IOR(group, number, size)} */
    static long read(char group, int number, int size, boolean powerpc) {
        return (powerpc ? 2L << 29 : 2L << 30) | request(group, number, size);
    }

    private static long request(char group, int number, int size) {
        return (long) size << 16 | (long) group << 8 | number;
    }
}
