package io.mnedc.device.seal;

/** Lets something happen so often, and a few times more at once. */
final class HandshakeBudget {
    private final long apart;
    private final long atOnce;
    private boolean used;
    private long spentUntil;

    /**
     * Nothing was taken yet.
     *
     * @param perSecond how often
     * @param atOnce how many times after a pause
     */
    HandshakeBudget(int perSecond, int atOnce) {
        this.apart = Nanos.seconds(1) / perSecond;
        this.atOnce = (atOnce - 1) * apart;
    }

    /** {@return whether it may happen now; then it does} */
    boolean take(long now) {
        long spent = used ? Math.max(0, spentUntil - now) : 0;
        if (spent > atOnce) {
            return false;
        }
        used = true;
        spentUntil = now + spent + apart;
        return true;
    }
}
