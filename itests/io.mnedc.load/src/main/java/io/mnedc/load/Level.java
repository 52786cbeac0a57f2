package io.mnedc.load;

/**
 * What so many devices cost.
 *
 * @param devices registered at the end
 * @param streams of them with a data stream
 * @param joined how many of them joined in this step
 * @param seconds from the first connection of the step until all were in
 * @param announcedSeconds from then until each knew all others
 * @param relayCpu the relay's processor time of the step, seconds
 * @param crowdCpu the crowd's
 * @param messages announcements that the crowd received in the step
 * @param bytes of them
 * @param joining exchanges of frames between random pairs meanwhile
 * @param relay what the relay has in use at the end
 * @param steadyCpu the relay's share of one processor while nothing but keepalives happens
 * @param steady exchanges while nothing else happens
 */
record Level(
        int devices,
        int streams,
        int joined,
        double seconds,
        double announcedSeconds,
        double relayCpu,
        double crowdCpu,
        long messages,
        long bytes,
        Exchanges joining,
        Gauge.Reading relay,
        double steadyCpu,
        Exchanges steady) {

    /**
     * Frames there and back between two random devices, 200 in a second.
     *
     * @param p50 milliseconds
     * @param p99 milliseconds
     * @param count how many came back
     * @param lost how many did not
     */
    record Exchanges(double p50, double p99, long count, long lost) {
        static Exchanges of(Crowd crowd) {
            return new Exchanges(
                    crowd.answers.millis(0.5),
                    crowd.answers.millis(0.99),
                    crowd.answers.count(),
                    Math.max(0, crowd.unanswered()));
        }
    }

    double joinsPerSecond() {
        return joined / seconds;
    }

    double relayCpuMillis() {
        return relayCpu * 1000 / joined;
    }

    double crowdCpuMillis() {
        return crowdCpu * 1000 / joined;
    }

    /** Of how many devices the crowd was told in the step: each new one of all before, and all before of each new one. */
    private double told() {
        double before = (double) devices - joined;
        return (double) joined * (joined - 1) + 2.0 * before * joined;
    }

    /** Bytes of announcements by which one device is told of another. */
    double bytesPerAcquaintance() {
        return bytes / told();
    }

    /** Announcements that a device receives while another one joins. */
    double messagesPerJoin() {
        return (double) messages / joined / devices;
    }

    double heapPerDevice(Gauge.Reading start) {
        return (double) (relay.heap() - start.heap()) / devices;
    }

    double directPerDevice(Gauge.Reading start) {
        return (double) (relay.direct() - start.direct()) / devices;
    }

    double residentPerDevice(Gauge.Reading start) {
        return (double) (relay.resident() - start.resident()) / devices;
    }
}
