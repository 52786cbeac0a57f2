package io.mnedc.lab.bench;

import io.mnedc.lab.bench.udp.Delivery;
import io.mnedc.lab.bench.udp.UdpEnd;
import java.util.Map;

/** Datagrams of one size that arrive per second: sender flat out, the same with UDP_SEGMENT, and nearly without loss. */
final class UdpMeasurement implements Measurement {
    static final String SMALL = "udp64";
    static final String LARGE = "udp1400";

    /** A UDP header and an IPv4 header without options. */
    private static final int HEADERS = 28;

    /** The kernel takes up to this many segments in one buffer (UDP_MAX_SEGMENTS was 64 before Linux 6.9). */
    private static final int MOST_SEGMENTS = 64;

    private static final int MOST_BYTES = 65_507;
    private static final double FIRST_GUESS = 0.8;

    private final String id;
    private final int size;
    private final Metric flatOut;
    private final Metric clean;
    private final Metric segmented;
    private final Map<String, UdpEnd> ends;
    private final double seconds;
    private final int tries;

    private UdpMeasurement(
            String id,
            int size,
            Metric flatOut,
            Metric clean,
            Metric segmented,
            Map<String, UdpEnd> ends,
            double seconds,
            int tries) {
        this.id = id;
        this.size = size;
        this.flatOut = flatOut;
        this.clean = clean;
        this.segmented = segmented;
        this.ends = ends;
        this.seconds = seconds;
        this.tries = tries;
    }

    /** Datagrams with 64 bytes of content. Ends: by the name of their host. */
    static UdpMeasurement small(Map<String, UdpEnd> ends, double seconds, int tries) {
        return new UdpMeasurement(
                SMALL, 64, Metric.UDP_SMALL, Metric.UDP_SMALL_CLEAN, Metric.UDP_SMALL_GSO, ends, seconds, tries);
    }

    /** Datagrams that make IP packets of 1,400 bytes, the MTU of the overlays. */
    static UdpMeasurement large(Map<String, UdpEnd> ends, double seconds, int tries) {
        return new UdpMeasurement(
                LARGE,
                Peer.MTU - HEADERS,
                Metric.UDP_LARGE,
                Metric.UDP_LARGE_CLEAN,
                Metric.UDP_LARGE_GSO,
                ends,
                seconds,
                tries);
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public void measure(Subject subject, Figures figures) {
        double delivered = send(subject, 1, 0).delivered();
        figures.add(flatOut, delivered);
        int segments = Math.min(MOST_SEGMENTS, MOST_BYTES / size);
        figures.add(segmented, send(subject, segments, 0).delivered());
        figures.add(clean, RateSearch.highest(delivered * FIRST_GUESS, tries, rate -> send(subject, 1, rate)));
    }

    private Delivery send(Subject subject, int segments, double rate) {
        return end(subject.from().name())
                .send(end(subject.to().name()), subject.address(), size, segments, rate, seconds);
    }

    private UdpEnd end(String host) {
        UdpEnd end = ends.get(host);
        if (end == null) {
            throw new IllegalStateException("no UDP agent on " + host);
        }
        return end;
    }
}
