package io.mnedc.names;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.HINFORecord;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** The overlay's zone and those of its addresses: which records a name has. Immutable. */
final class Zone {
    /** Seconds that a positive answer is good. */
    static final int TTL = 10;

    /** Seconds that a negative answer is good (RFC 2308). */
    static final int NEGATIVE_TTL = 5;

    /** More records than these do not fit in an answer; nor is more made. */
    private static final int MOST_RECORDS = 256;

    /** Services of which the answer to a browser tells all. */
    private static final int MOST_DETAILS = 16;

    private static final int REFRESH = 60;
    private static final int EXPIRE = 600;
    private static final String SERVICES = "_services";
    private static final String DNS_SD = "_dns-sd";

    private final Name apex;
    private final Overlay overlay;
    private final Name server;

    Zone(Name apex, Overlay overlay) {
        this.apex = apex;
        this.overlay = overlay;
        this.server = under(apex, Overlay.RELAY);
    }

    Overlay overlay() {
        return overlay;
    }

    Name apex() {
        return apex;
    }

    /**
     * What there is to say to a question.
     *
     * @param apex the zone that the name is in
     * @param exists whether there is such a name
     * @param answers the records asked for; none if the name has none of the type
     * @param additional what the one who asks will ask next
     */
    record Result(Name apex, boolean exists, List<Record> answers, List<Record> additional) {}

    /** {@return the answer; empty if the name is in no zone of the overlay} */
    Optional<Result> find(Name name, int type) {
        if (name.subdomain(apex)) {
            return Optional.of(forward(name, type));
        }
        return ReverseZones.find(name, overlay.self().network()).map(found -> reverse(name, type, found));
    }

    private Result reverse(Name name, int type, ReverseZones.Found found) {
        List<Record> records = new ArrayList<>();
        if (name.equals(found.apex())) {
            records.addAll(ofApex(name));
        }
        Host host = found.address() == null ? null : overlay.host(found.address());
        if (host != null) {
            records.add(new PTRRecord(name, DClass.IN, TTL, under(apex, host.label())));
        }
        boolean exists = found.exists() && (found.address() == null || host != null || name.equals(found.apex()));
        return new Result(found.apex(), exists, ofType(records, name, type), List.of());
    }

    private Result forward(Name name, int type) {
        int labels = name.labels() - apex.labels();
        String first = labels > 0 ? Label.key(name, 0) : "";
        String second = labels > 1 ? Label.key(name, 1) : "";
        String third = labels > 2 ? Label.key(name, 2) : "";
        List<Record> additional = new ArrayList<>();
        List<Record> records = switch (labels) {
            case 0 -> ofApex(name);
            case 1 -> ofHost(name, first);
            case 2 -> ofServiceType(name, first, second, additional);
            case 3 ->
                isEnumeration(second, third)
                        ? ofEnumeration(name, first)
                        : ofInstance(name, first, second, third, additional);
            default -> null;
        };
        if (records == null) {
            return new Result(apex, false, List.of(), List.of());
        }
        List<Record> answers = ofType(records, name, type);
        return new Result(apex, true, answers, answers.isEmpty() || type == Type.ANY ? List.of() : additional);
    }

    private static boolean isEnumeration(String second, String third) {
        return second.equals(DNS_SD) && third.equals(ServiceType.UDP);
    }

    private List<Record> ofApex(Name name) {
        return List.of(soa(name), new NSRecord(name, DClass.IN, TTL, server));
    }

    /** {@return the record that negative answers carry} */
    Record soa(Name zone) {
        return new SOARecord(
                zone,
                DClass.IN,
                NEGATIVE_TTL,
                server,
                under(apex, "hostmaster"),
                overlay.serial(),
                REFRESH,
                REFRESH,
                EXPIRE,
                NEGATIVE_TTL);
    }

    private @Nullable List<Record> ofHost(Name name, String label) {
        if (label.equals(ServiceType.TCP) || label.equals(ServiceType.UDP)) {
            return List.of();
        }
        Host host = overlay.host(label);
        return host == null ? null : addresses(name, host);
    }

    private static List<Record> addresses(Name name, Host host) {
        return List.of(
                new ARecord(name, DClass.IN, TTL, host.ipv4()), new AAAARecord(name, DClass.IN, TTL, host.ipv6()));
    }

    /** As {@code _http._tcp}: which services there are (RFC 6763, section 4). */
    private @Nullable List<Record> ofServiceType(Name name, String service, String transport, List<Record> additional) {
        if (isEnumeration(service, transport)) {
            return List.of();
        }
        List<Instance> all = overlay.ofType(service + "." + transport);
        List<Record> records = new ArrayList<>();
        for (Instance instance : all.subList(0, Math.min(all.size(), MOST_RECORDS))) {
            Name target = under(name, instance.label());
            records.add(new PTRRecord(name, DClass.IN, TTL, target));
            if (all.size() <= MOST_DETAILS) {
                additional.addAll(details(target, instance));
                additional.addAll(addresses(hostName(instance), instance.host()));
            }
        }
        return all.isEmpty() ? null : records;
    }

    /** Where browsers look, and for what (RFC 6763, sections 9 and 11). */
    private @Nullable List<Record> ofEnumeration(Name name, String first) {
        if (first.equals("b") || first.equals("lb")) {
            return List.of(new PTRRecord(name, DClass.IN, TTL, apex));
        }
        if (!first.equals(SERVICES)) {
            return null;
        }
        List<Record> records = new ArrayList<>();
        for (ServiceType type : overlay.types()) {
            if (records.size() < MOST_RECORDS) {
                records.add(new PTRRecord(name, DClass.IN, TTL, under(under(apex, type.transport()), type.service())));
            }
        }
        return records;
    }

    private @Nullable List<Record> ofInstance(
            Name name, String first, String service, String transport, List<Record> additional) {
        Instance instance = overlay.instance(first, service + "." + transport);
        if (instance == null) {
            return null;
        }
        additional.addAll(addresses(hostName(instance), instance.host()));
        return details(name, instance);
    }

    private List<Record> details(Name name, Instance instance) {
        return List.of(
                new SRVRecord(name, DClass.IN, TTL, 0, 0, instance.port(), hostName(instance)),
                new TXTRecord(name, DClass.IN, TTL, instance.text()));
    }

    private Name hostName(Instance instance) {
        return under(apex, instance.host().label());
    }

    /** To a question for all types one record is enough (RFC 8482). */
    private static List<Record> ofType(List<Record> records, Name name, int type) {
        if (type == Type.ANY) {
            return List.of(new HINFORecord(name, DClass.IN, TTL, "RFC8482", ""));
        }
        return records.stream().filter(each -> each.getType() == type).toList();
    }

    private static Name under(Name zone, String label) {
        try {
            return Name.fromString(label, zone);
        } catch (TextParseException e) {
            throw new IllegalStateException("labels and zones are checked before", e);
        }
    }

    /** A label of any bytes. */
    private static Name under(Name zone, byte[] label) {
        byte[] behind = zone.toWire();
        byte[] wire = new byte[1 + label.length + behind.length];
        wire[0] = (byte) label.length;
        System.arraycopy(label, 0, wire, 1, label.length);
        System.arraycopy(behind, 0, wire, 1 + label.length, behind.length);
        try {
            return new Name(wire);
        } catch (IOException e) {
            throw new IllegalStateException("labels and zones are checked before", e);
        }
    }
}
