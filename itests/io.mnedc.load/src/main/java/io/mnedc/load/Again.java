package io.mnedc.load;

/**
 * How all devices came again whose addresses the relay knows, while it had long been running.
 *
 * @param joined how many
 * @param seconds from the first connection until all were in
 * @param relayCpu the relay's processor time until all knew all, seconds
 * @param crowdCpu the crowd's
 */
record Again(int joined, double seconds, double relayCpu, double crowdCpu) {
    double joinsPerSecond() {
        return joined / seconds;
    }

    double relayCpuMillis() {
        return relayCpu * 1000 / joined;
    }

    double crowdCpuMillis() {
        return crowdCpu * 1000 / joined;
    }
}
