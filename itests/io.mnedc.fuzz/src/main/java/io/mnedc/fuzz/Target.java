package io.mnedc.fuzz;

import io.mnedc.cluster.join.OverlayFuzz;
import io.mnedc.device.PacketFuzz;
import io.mnedc.device.multicast.MulticastFuzz;
import io.mnedc.finder.lan.FinderFuzz;
import io.mnedc.names.NamesFuzz;
import io.mnedc.rsa.EndpointFuzz;
import io.mnedc.security.CertificateFuzz;
import io.mnedc.tun.GroupsFuzz;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What can be fuzzed. Each target's class has {@code fuzzerTestOneInput}, which Jazzer calls by its name. */
public enum Target {
    /** A control stream's bytes, the preamble included. */
    CONTROL(ControlMessages.class, 4_096, 2_000),
    /** A data stream's bytes. */
    FRAMES(DataFrames.class, 512, 2_000),
    /** What a device signs, as a receiver reads it. */
    DOCUMENTS(Documents.class, 4_096, 2_000),
    /** Sequences of messages and other events at the session state machines. */
    SESSIONS(Sessions.class, 2_048, 2_000),
    /** A packet from a peer: header checks, address checks, segments. */
    PACKETS(PacketFuzz.class, 512, 2_000),
    /** A DNS query. */
    NAMES(NamesFuzz.class, 512, 2_000),
    /** A packet that is for several devices, of a program or of a peer. */
    MULTICAST(MulticastFuzz.class, 512, 2_000),
    /** The kernel's lists of multicast groups. */
    GROUPS(GroupsFuzz.class, 1_024, 2_000),
    /** A remote service as a peer describes it. */
    ENDPOINTS(EndpointFuzz.class, 1_024, 2_000),
    /** Join tokens. */
    TOKENS(Tokens.class, 512, 2_000),
    /** What a relay that joins is told of the overlay. */
    OVERLAY(OverlayFuzz.class, 512, 2_000),
    /** Access rules. */
    RULES(Rules.class, 1_024, 2_000),
    /** Certificates and requests for them. */
    CERTIFICATES(CertificateFuzz.class, 1_024, 2_000),
    /** DNS messages by which relays are found, and asked for. */
    FINDER(FinderFuzz.class, 1_024, 2_000),
    /** What two devices say to agree on keys, part by part. */
    HANDSHAKES(Handshakes.class, 1_024, 2_000),
    /** Two devices that agree on keys, and a hostile relay between them. */
    SEALS(Seals.class, 512, 50);

    private final String className;
    private final int mostBytes;
    private final int leastInputs;

    Target(Class<?> type, int mostBytes, int leastInputs) {
        this.className = type.getName();
        this.mostBytes = mostBytes;
        this.leastInputs = leastInputs;
    }

    /** {@return its name on the command line and in the file system} */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Runs one input. */
    public void run(byte[] input) {
        switch (this) {
            case CONTROL -> ControlMessages.fuzzerTestOneInput(input);
            case FRAMES -> DataFrames.fuzzerTestOneInput(input);
            case DOCUMENTS -> Documents.fuzzerTestOneInput(input);
            case SESSIONS -> Sessions.fuzzerTestOneInput(input);
            case PACKETS -> PacketFuzz.fuzzerTestOneInput(input);
            case NAMES -> NamesFuzz.fuzzerTestOneInput(input);
            case MULTICAST -> MulticastFuzz.fuzzerTestOneInput(input);
            case GROUPS -> GroupsFuzz.fuzzerTestOneInput(input);
            case ENDPOINTS -> EndpointFuzz.fuzzerTestOneInput(input);
            case TOKENS -> Tokens.fuzzerTestOneInput(input);
            case OVERLAY -> OverlayFuzz.fuzzerTestOneInput(input);
            case RULES -> Rules.fuzzerTestOneInput(input);
            case CERTIFICATES -> CertificateFuzz.fuzzerTestOneInput(input);
            case FINDER -> FinderFuzz.fuzzerTestOneInput(input);
            case HANDSHAKES -> Handshakes.fuzzerTestOneInput(input);
            case SEALS -> Seals.fuzzerTestOneInput(input);
        }
    }

    String className() {
        return className;
    }

    /** The largest input to try, in bytes: enough to reach everything; larger ones only cost time. */
    int mostBytes() {
        return mostBytes;
    }

    /**
     * How many inputs a run has at least: more than there are seeds. A machine so busy that the time is over before goes
     * on until then.
     */
    int leastInputs() {
        return leastInputs;
    }

    static Optional<Target> of(String id) {
        return Arrays.stream(values()).filter(target -> target.id().equals(id)).findFirst();
    }

    static String ids() {
        return Arrays.stream(values()).map(Target::id).collect(Collectors.joining(" "));
    }
}
