package io.mnedc.finder.lan;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.finder.RelayFinder.Found;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;

/**
 * What hosts of local networks have answered to the question for relays. All of it may be lies: one host that says much must
 * not push the others out, and nobody can send this device to a host elsewhere. Not thread-safe.
 */
final class Answers {
    /** Of what is said to all: RFC 6762, section 18.1. */
    static final int ANY_ID = -1;

    private static final int MOST_SOURCES = 64;
    private static final int MOST_OF_SOURCE = 4;

    private final Map<InetAddress, Set<Found>> bySource = new LinkedHashMap<>();

    boolean isEmpty() {
        return bySource.isEmpty();
    }

    /**
     * Takes a message.
     *
     * @param id of the question, or {@link #ANY_ID}
     * @param source who has sent it
     * @param near whether an address is in the network that the message came from
     * @param scope the name of that network's interface, for addresses that need it
     */
    void add(Message message, int id, InetAddress source, Predicate<InetAddress> near, String scope) {
        if (!message.getHeader().getFlag(Flags.QR)
                || (id != ANY_ID && message.getHeader().getID() != id)
                || !near.test(source)) {
            return;
        }
        Set<Found> found = found(records(message), near, scope);
        if (found.isEmpty() || (bySource.size() >= MOST_SOURCES && !bySource.containsKey(source))) {
            return;
        }
        Set<Found> before = bySource.computeIfAbsent(source, first -> new LinkedHashSet<>());
        found.stream().limit(MOST_OF_SOURCE - before.size()).forEach(before::add);
    }

    private static List<Record> records(Message message) {
        List<Record> all = new ArrayList<>(message.getSection(Section.ANSWER));
        all.addAll(message.getSection(Section.ADDITIONAL));
        all.removeIf(record -> record.getTTL() == 0 || Records.plainClass(record.getDClass()) != DClass.IN);
        return all;
    }

    private static Set<Found> found(List<Record> all, Predicate<InetAddress> near, String scope) {
        Set<Found> found = new LinkedHashSet<>();
        for (Record record : all) {
            if (found.size() < MOST_OF_SOURCE
                    && record instanceof PTRRecord instance
                    && record.getName().equals(Records.SERVICE)) {
                servers(all, instance.getTarget())
                        .forEach(server -> addresses(all, server.getTarget())
                                .filter(near)
                                .limit(MOST_OF_SOURCE)
                                .forEach(address -> found.add(new Found(text(address, scope), server.getPort()))));
            }
        }
        return found;
    }

    private static List<SRVRecord> servers(List<Record> all, Name instance) {
        return all.stream()
                .filter(record ->
                        record instanceof SRVRecord && record.getName().equals(instance))
                .map(SRVRecord.class::cast)
                .filter(server -> server.getPort() > 0)
                .limit(MOST_OF_SOURCE)
                .toList();
    }

    private static Stream<InetAddress> addresses(List<Record> all, Name host) {
        return all.stream()
                .filter(record -> record.getName().equals(host))
                .flatMap(record -> record instanceof ARecord four
                        ? Stream.of(four.getAddress())
                        : record instanceof AAAARecord six ? Stream.of(six.getAddress()) : Stream.empty())
                .filter(address -> !address.isMulticastAddress() && !address.isAnyLocalAddress());
    }

    /** An address that is good on one link only needs its interface. */
    private static String text(InetAddress address, String scope) {
        String text = address.getHostAddress();
        // by name: the number is another one after a restart of the host, and what has worked is kept in a file
        return address instanceof Inet6Address && address.isLinkLocalAddress() ? text + "%" + scope : text;
    }

    /** {@return what was found, one of each host in turn} */
    List<Found> relays() {
        Set<Found> relays = new LinkedHashSet<>();
        for (int turn = 0; turn < MOST_OF_SOURCE; turn++) {
            for (Set<Found> found : bySource.values()) {
                found.stream().skip(turn).findFirst().ifPresent(relays::add);
            }
        }
        return relays.stream().limit(RelayFinder.MOST).toList();
    }
}
