package io.mnedc.lab.bench.udp;

/**
 * What became of datagrams.
 *
 * @param sent how many were handed to the kernel
 * @param sentSeconds in which time
 * @param received how many arrived
 * @param receivedSeconds from the first to the last of them
 */
public record Delivery(long sent, double sentSeconds, long received, double receivedSeconds) {
    /** Datagrams sent per second. */
    public double offered() {
        return sentSeconds <= 0 ? 0 : sent / sentSeconds;
    }

    /** Datagrams received per second, over the time of sending or of arrival, whichever was longer. */
    public double delivered() {
        double seconds = Math.max(sentSeconds, receivedSeconds);
        return seconds <= 0 ? 0 : received / seconds;
    }

    /** Part that was lost, 0 to 1. */
    public double loss() {
        return sent == 0 ? 0 : Math.max(0, 1 - (double) received / sent);
    }
}
