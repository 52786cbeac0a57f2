package io.mnedc.names;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.LocalService;
import io.mnedc.api.device.RelayLink.Registration;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerSnapshot;
import io.mnedc.fuzz.Checks;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;

/** A DNS query of any program of the host. In this package because the parts are nobody else's. */
public final class NamesFuzz {
    private static final VirtualNetwork NETWORK = VirtualNetwork.parse("10.0.0.0/24", "fd12:3456:789a:1::/64");
    private static final Zone ZONE = new Zone(
            Name.fromConstantString("mnedc."),
            new Overlay(
                    new PeerSnapshot(
                            1, IntStream.range(3, 200).mapToObj(NamesFuzz::peer).toList()),
                    new Registration("self", 2, NETWORK),
                    OrchestrationInfo.NONE));
    private static final long MOST_ALLOCATION = 4 << 20;

    private NamesFuzz() {}

    private static Peer peer(int node) {
        return new Peer(
                "D" + node,
                "d" + node,
                node,
                NETWORK.ipv4(node),
                NETWORK.ipv6(node),
                "fuzz",
                true,
                new OrchestrationInfo(
                        "", "", List.of(new OfferedService("web", "http", 80, Map.of("path", "/" + node)))),
                true,
                Set.of(),
                Instant.EPOCH);
    }

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        Checks.allocates(MOST_ALLOCATION, () -> Responder.answer(data, ZONE));
        byte[] answer = Responder.answer(data, ZONE);
        if (answer == null) {
            return;
        }
        Checks.that(answer.length <= LocalService.MOST_BYTES, "an answer is bounded");
        Checks.that(answer[0] == data[0] && answer[1] == data[1], "an answer has the query's number");
        try {
            Checks.that(new Message(answer).getHeader().getFlag(Flags.QR), "an answer is none to be answered");
        } catch (IOException e) {
            throw new AssertionError("an answer is well-formed", e);
        }
    }
}
