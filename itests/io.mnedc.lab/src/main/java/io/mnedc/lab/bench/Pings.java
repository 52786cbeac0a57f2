package io.mnedc.lab.bench;

import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Round-trip times by ping.
 *
 * @param times of those that came back, in milliseconds
 * @param first sequence number of the first that came back, counted from 1
 * @param lost how many of a hundred did not come back
 */
record Pings(Samples times, int first, double lost) {
    private static final Pattern TIME = Pattern.compile("time=([0-9.]+) ms");
    private static final Pattern SEQUENCE = Pattern.compile("icmp_seq=(\\d+) .*time=");
    private static final Pattern SUMMARY = Pattern.compile("(\\d+) packets transmitted, (\\d+) received");
    private static final int WAIT_SECONDS = 3;

    /** So many, so many seconds apart; waits for the last one. */
    static Pings send(Host from, String address, int count, double interval) {
        String output = from.exec(
                        Duration.ofSeconds((long) (count * interval) + WAIT_SECONDS + 20),
                        "ping",
                        "-n",
                        "-c" + count,
                        "-i" + String.format(Locale.ROOT, "%.3f", interval),
                        "-W" + WAIT_SECONDS,
                        address)
                .output();
        Pings pings = parse(output);
        if (pings.times.isEmpty()) {
            throw new LabException("no ping from " + from.name() + " to " + address + "\n" + output);
        }
        return pings;
    }

    static Pings parse(String output) {
        Samples times = new Samples();
        TIME.matcher(output).results().forEach(match -> times.add(Double.parseDouble(match.group(1))));
        Matcher summary = SUMMARY.matcher(output);
        if (!summary.find()) {
            throw new LabException("no summary of ping in\n" + output);
        }
        double sent = Double.parseDouble(summary.group(1));
        double received = Double.parseDouble(summary.group(2));
        Matcher first = SEQUENCE.matcher(output);
        return new Pings(
                times,
                first.find() ? Integer.parseInt(first.group(1)) : 0,
                sent == 0 ? 0 : 100 * (sent - received) / sent);
    }
}
