package io.mnedc.lab.bench;

import io.mnedc.lab.bench.udp.Delivery;
import java.util.function.DoubleFunction;

/** Finds the highest rate of datagrams of which less than one in a hundred is lost, with a bounded number of tries. */
final class RateSearch {
    static final double LOSS = 0.01;
    private static final double FACTOR = 1.6;
    private static final double CLOSE_ENOUGH = 1.08;
    private static final double SENDER_AT_ITS_LIMIT = 0.9;

    private RateSearch() {}

    /**
     * Searches upwards or downwards from a first guess, then halves (in the logarithm) what is left.
     *
     * @param guess the rate to begin with
     * @param tries how often datagrams may be sent
     * @param attempt sends at a rate
     * @return datagrams per second that arrived in the best try, 0 when too many were lost in each
     */
    static double highest(double guess, int tries, DoubleFunction<Delivery> attempt) {
        double good = 0;
        double bad = Double.POSITIVE_INFINITY;
        double best = 0;
        double rate = Math.max(1, guess);
        for (int i = 0; i < tries && bad > good * CLOSE_ENOUGH; i++) {
            Delivery delivery = attempt.apply(rate);
            if (delivery.loss() < LOSS) {
                best = Math.max(best, delivery.delivered());
                good = rate;
                if (delivery.offered() < rate * SENDER_AT_ITS_LIMIT) {
                    break;
                }
            } else {
                bad = Math.min(rate, delivery.offered());
            }
            rate = next(good, bad);
        }
        return best;
    }

    private static double next(double good, double bad) {
        if (Double.isInfinite(bad)) {
            return good * FACTOR;
        }
        return good == 0 ? bad / FACTOR : Math.sqrt(good * bad);
    }
}
