package io.mnedc.finder.lan;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/**
 * What a relay that is announced in one network has to say there. It keeps nothing of what others say. Its names have a
 * random part that nobody else can have, so it does not ask whether somebody does (RFC 6762, section 8). Thread-safe.
 */
final class Responder {
    /** What can be asked. */
    enum Kind {
        /** That there are relays. */
        KINDS,
        /** Which relays there are. */
        POINTER,
        /** Host and port of this one. */
        SERVER,
        /** More about it: nothing. */
        TEXT,
        /** The addresses of its host. */
        ADDRESS
    }

    /** Questions that are looked at, and answers that the asking host knows already. */
    private static final int MOST = 32;

    /** Those who do not follow multicast DNS must ask again soon: RFC 6762, section 6.7. */
    private static final int LEGACY_SECONDS = 10;

    private static final Set<Kind> ALL = EnumSet.complementOf(EnumSet.of(Kind.KINDS));

    private final Name instance;
    private final Name host;
    private final int port;
    private final List<InetAddress> addresses;

    /**
     * It says nothing by itself.
     *
     * @param label unique, 1 to 63 letters, digits or -
     * @param port of the relay
     * @param addresses of the relay in this network
     */
    Responder(String label, int port, List<InetAddress> addresses) {
        this.instance = Records.name(label + "." + Records.SERVICE);
        this.host = Records.name(label + "." + Records.LOCAL);
        this.port = port;
        this.addresses = List.copyOf(addresses);
    }

    /** {@return what is wanted of it; empty if the message is no question, or one for others} */
    Set<Kind> asked(Message query) {
        Set<Kind> asked = EnumSet.noneOf(Kind.class);
        if (query.getHeader().getFlag(Flags.QR) || query.getHeader().getOpcode() != Opcode.QUERY) {
            return asked;
        }
        query.getSection(Section.QUESTION).stream()
                .limit(MOST)
                .filter(question -> isInternet(Records.plainClass(question.getDClass())))
                .forEach(question -> add(asked, question.getName(), question.getType()));
        if (query.getSection(Section.ANSWER).stream().limit(MOST).anyMatch(this::isKnown)) {
            asked.remove(Kind.POINTER);
        }
        return asked;
    }

    private static boolean isInternet(int dclass) {
        return dclass == DClass.IN || dclass == DClass.ANY;
    }

    private void add(Set<Kind> asked, Name name, int type) {
        boolean any = type == Type.ANY;
        if (name.equals(Records.KINDS) && (any || type == Type.PTR)) {
            asked.add(Kind.KINDS);
        } else if (name.equals(Records.SERVICE) && (any || type == Type.PTR)) {
            asked.add(Kind.POINTER);
        } else if (name.equals(instance)) {
            if (any || type == Type.SRV) {
                asked.add(Kind.SERVER);
            }
            if (any || type == Type.TXT) {
                asked.add(Kind.TEXT);
            }
        } else if (name.equals(host) && (any || type == Type.A || type == Type.AAAA)) {
            asked.add(Kind.ADDRESS);
        }
    }

    /** RFC 6762, section 7.1: who knows the answer for half of its time yet need not hear it. */
    private boolean isKnown(Record known) {
        return known instanceof PTRRecord pointer
                && pointer.getName().equals(Records.SERVICE)
                && pointer.getTarget().equals(instance)
                && pointer.getTTL() >= Records.OTHER_SECONDS / 2;
    }

    /** {@return what all who listen hear} */
    Message answer(Set<Kind> kinds) {
        return answer(kinds, null);
    }

    /** {@return what the one hears who has asked from another port: as from a DNS server} */
    Message legacyAnswer(Set<Kind> kinds, Message query) {
        return answer(kinds, query);
    }

    /** {@return what is said without a question, when the relay comes} */
    Message announcement() {
        return answer(ALL, null);
    }

    /** {@return what is said when the relay goes} */
    Message goodbye() {
        Message goodbye = response(0);
        goodbye.addRecord(pointer(0), Section.ANSWER);
        return goodbye;
    }

    private Message answer(Set<Kind> kinds, @Nullable Message legacy) {
        Message answer = response(legacy == null ? 0 : legacy.getHeader().getID());
        if (legacy != null) {
            legacy.getSection(Section.QUESTION).stream()
                    .limit(MOST)
                    .forEach(each -> answer.addRecord(each, Section.QUESTION));
        }
        for (Kind kind : Kind.values()) {
            if (kinds.contains(kind)) {
                add(answer, kind, Section.ANSWER, legacy != null);
            } else if (follows(kind, kinds)) {
                add(answer, kind, Section.ADDITIONAL, legacy != null);
            }
        }
        return answer;
    }

    /** What will be asked next. */
    private static boolean follows(Kind kind, Set<Kind> kinds) {
        return switch (kind) {
            case KINDS, POINTER -> false;
            case SERVER, TEXT -> kinds.contains(Kind.POINTER);
            case ADDRESS -> kinds.contains(Kind.POINTER) || kinds.contains(Kind.SERVER);
        };
    }

    private static Message response(int id) {
        Message response = new Message(id);
        response.getHeader().setFlag(Flags.QR);
        response.getHeader().setFlag(Flags.AA);
        return response;
    }

    private void add(Message answer, Kind kind, int section, boolean legacy) {
        int unique = legacy ? DClass.IN : Records.UNIQUE;
        int hostSeconds = legacy ? LEGACY_SECONDS : Records.HOST_SECONDS;
        int otherSeconds = legacy ? LEGACY_SECONDS : Records.OTHER_SECONDS;
        switch (kind) {
            case KINDS ->
                answer.addRecord(new PTRRecord(Records.KINDS, DClass.IN, otherSeconds, Records.SERVICE), section);
            case POINTER -> answer.addRecord(pointer(otherSeconds), section);
            case SERVER -> answer.addRecord(new SRVRecord(instance, unique, hostSeconds, 0, 0, port, host), section);
            case TEXT -> answer.addRecord(new TXTRecord(instance, unique, otherSeconds, ""), section);
            case ADDRESS ->
                addresses.forEach(address -> answer.addRecord(
                        address instanceof Inet4Address
                                ? new ARecord(host, unique, hostSeconds, address)
                                : new AAAARecord(host, unique, hostSeconds, address),
                        section));
        }
    }

    private Record pointer(int seconds) {
        return new PTRRecord(Records.SERVICE, DClass.IN, seconds, instance);
    }
}
