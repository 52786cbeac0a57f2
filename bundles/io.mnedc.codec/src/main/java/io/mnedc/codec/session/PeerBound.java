package io.mnedc.codec.session;

import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import java.util.Map;

/**
 * How much a device remembers of the others, whatever its relay announces.
 *
 * @param peers the most devices
 * @param bytes the most memory for them, about
 */
public record PeerBound(int peers, long bytes) {
    /** No bound: for tests and tools. */
    public static final PeerBound NONE = new PeerBound(Integer.MAX_VALUE, Long.MAX_VALUE);

    /**
     * What a device costs beside its texts, in bytes: records, addresses and places in tables, on the data path and in
     * the peer directory; also if no two nodes are near each other.
     */
    private static final int PEER = 1536;

    private static final int SERVICE = 192;
    private static final int ATTRIBUTE = 160;
    /** An object, and places in tables. */
    private static final int GROUP = 64;
    /** Of a document: its bytes, and what they say as objects. */
    private static final int DOCUMENT = 4;

    /** One part of the heap is for the peers: those of the list that is under way take as much again. */
    private static final int SHARE = 8;

    /**
     * A bound that goes with the heap.
     *
     * @param most devices that are wanted
     * @param heap the most that the heap may become, in bytes
     * @return as many, in an eighth of the heap
     */
    public static PeerBound of(int most, long heap) {
        return new PeerBound(most, heap / SHARE);
    }

    /**
     * {@return about what a device costs, in bytes}
     *
     * @param node what is told of it
     */
    public static long cost(NodeRecord node) {
        NodeInfo info = node.info();
        long texts = text(node.deviceId())
                + text(node.software())
                + text(node.label())
                + text(info.platform())
                + text(info.executionType());
        for (ServiceRecord service : info.services()) {
            texts += SERVICE + text(service.name()) + text(service.protocol()) + attributes(service.attributes());
        }
        SignedInfo document = node.document();
        long signed = document == null ? 0 : (long) DOCUMENT * document.size();
        long listening = (long) GROUP * node.listening().groups().size();
        return PEER + texts + attributes(info.attributes()) + signed + listening;
    }

    private static long attributes(Map<String, String> attributes) {
        long bytes = 0;
        for (Map.Entry<String, String> each : attributes.entrySet()) {
            bytes += ATTRIBUTE + text(each.getKey()) + text(each.getValue());
        }
        return bytes;
    }

    private static long text(String text) {
        return 2L * text.length();
    }

    /**
     * {@return whether there is room for one more}
     *
     * @param known how many there are
     * @param used what they cost
     * @param more what that one costs
     */
    public boolean fits(int known, long used, long more) {
        return known < peers && used + more <= bytes;
    }
}
