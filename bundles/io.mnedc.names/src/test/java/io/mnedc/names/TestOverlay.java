package io.mnedc.names;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.device.RelayLink.Registration;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** An overlay of some devices, and one who asks for names. */
final class TestOverlay {
    static final VirtualNetwork NETWORK = VirtualNetwork.parse("10.0.0.0/24", "fd12:3456:789a:1::/64");
    static final Name APEX = Name.fromConstantString("mnedc.");

    private TestOverlay() {}

    static Peer peer(String name, int node, boolean verified, OfferedService... services) {
        return new Peer(
                name.toUpperCase(Locale.ROOT),
                name,
                node,
                NETWORK.ipv4(node),
                NETWORK.ipv6(node),
                "mnedc/0.2.0",
                true,
                new OrchestrationInfo("linux", "osgi", List.of(services)),
                verified,
                Set.of(),
                Instant.EPOCH);
    }

    static Zone zone(VirtualNetwork network, OrchestrationInfo own, Peer... peers) {
        return new Zone(
                APEX, new Overlay(new PeerSnapshot(7, List.of(peers)), new Registration("self", 2, network), own));
    }

    static Zone zone(Peer... peers) {
        return zone(NETWORK, OrchestrationInfo.NONE, peers);
    }

    static Message query(String name, int type) {
        return Message.newQuery(Record.newRecord(Name.fromConstantString(name), type, DClass.IN));
    }

    static Message ask(Zone zone, Message query) throws IOException {
        byte[] answer = Responder.answer(query.toWire(), zone);
        if (answer == null) {
            throw new AssertionError("no answer to " + query);
        }
        Message read = new Message(answer);
        if (read.getHeader().getID() != query.getHeader().getID()
                || !read.getHeader().getFlag(Flags.QR)) {
            throw new AssertionError("not the answer to " + query + ": " + read);
        }
        return read;
    }

    /** {@return the code and what the answers say, such as {@code NOERROR 10.0.0.3}} */
    static String ask(Zone zone, String name, int type) throws IOException {
        Message answer = ask(zone, query(name, type));
        return (Rcode.string(answer.getRcode()) + " "
                        + answer.getSection(Section.ANSWER).stream()
                                .map(Record::rdataToString)
                                .collect(Collectors.joining(" ")))
                .trim();
    }

    /** {@return the types in a section} */
    static List<String> types(Message message, int section) {
        return message.getSection(section).stream()
                .map(record -> Type.string(record.getType()))
                .toList();
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    /** {@return the name of an address} */
    static String reverse(String text) {
        byte[] bytes = address(text).getAddress();
        StringBuilder name = new StringBuilder();
        for (byte each : bytes) {
            int value = each & 0xff;
            name.insert(
                    0,
                    bytes.length == 4
                            ? value + "."
                            : Integer.toHexString(value & 0xf) + "." + Integer.toHexString(value >> 4) + ".");
        }
        return name + (bytes.length == 4 ? "in-addr.arpa." : "ip6.arpa.");
    }

    static byte[] changed(byte[] bytes, int at, int value) {
        byte[] copy = Arrays.copyOf(bytes, bytes.length);
        copy[at] = (byte) value;
        return copy;
    }
}
