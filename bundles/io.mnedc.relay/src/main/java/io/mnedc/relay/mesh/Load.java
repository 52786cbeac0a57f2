package io.mnedc.relay.mesh;

import io.mnedc.codec.Protocol;
import io.mnedc.transport.SendBudget;

/**
 * How busy this relay says it is: the larger of two shares, that of the devices which one relay is made for, and that of the memory in
 * which messages wait. It is told in coarse steps, and seldom, because all relays write it to the store and tell all devices.
 */
final class Load {
    /** What one relay is made for, docs/PERFORMANCE.md. */
    static final int DEVICES = 10_000;

    static final int STEP = 50;

    private int told;
    private long toldAt;
    private boolean ever;

    /** {@return what to tell now} */
    int now(int devices, SendBudget budget, boolean drained, long time) {
        int exact =
                (int) Math.max(share(devices, DEVICES), budget.most() <= 0 ? 0 : share(budget.used(), budget.most()));
        int wanted = drained ? Protocol.MAX_LOAD : exact - exact % STEP;
        boolean drains = wanted == Protocol.MAX_LOAD || told == Protocol.MAX_LOAD;
        if (wanted != told && (!ever || drains || time - toldAt >= RelayAnnouncer.LOAD_APART.toNanos())) {
            told = wanted;
            toldAt = time;
            ever = true;
        }
        return told;
    }

    private static long share(long used, long most) {
        return Math.min(Protocol.MAX_LOAD - 1, used * Protocol.MAX_LOAD / most);
    }
}
