package io.mnedc.finder.dns;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.finder.RelayFinder.Found;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;

/** What the SRV records of an answer say: RFC 2782. */
public final class SrvRecords {
    private static final int MOST_ALIASES = 8;

    /** Records that are looked at; a domain with more has made a mistake, or means harm. */
    private static final int MOST = 64;

    private static final int MOST_NAME = 253;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?");

    private SrvRecords() {}

    /**
     * Takes the targets out of an answer.
     *
     * @param name what was asked for
     * @param random a number of 0 to its argument, inclusive
     * @return in the order in which they are to be tried; {@link RelayFinder#MOST} at most
     * @throws IOException if there are none, with a sentence
     */
    public static List<Found> targets(Message answer, Name name, IntUnaryOperator random) throws IOException {
        List<Record> all = answer.getSection(Section.ANSWER);
        Name owner = alias(all, name);
        List<SRVRecord> records = all.stream()
                .filter(record ->
                        record.getDClass() == DClass.IN && record.getName().equals(owner))
                .filter(SRVRecord.class::isInstance)
                .map(SRVRecord.class::cast)
                .limit(MOST)
                .toList();
        if (records.isEmpty()) {
            throw new IOException("the DNS has no SRV records for " + name.toString(true));
        }
        if (records.size() == 1 && records.get(0).getTarget().equals(Name.root)) {
            throw new IOException("the SRV record of " + name.toString(true) + " says that there is no relay");
        }
        Set<Found> targets = new LinkedHashSet<>();
        for (SRVRecord record : order(records, random)) {
            String host = record.getTarget().toString(true);
            if (record.getPort() > 0
                    && host.length() <= MOST_NAME
                    && HOST.matcher(host).matches()) {
                targets.add(new Found(host, record.getPort()));
            }
        }
        if (targets.isEmpty()) {
            throw new IOException("the SRV records of " + name.toString(true) + " name no host with a port");
        }
        return targets.stream().limit(RelayFinder.MOST).toList();
    }

    private static Name alias(List<Record> all, Name name) {
        Name owner = name;
        for (int i = 0; i < MOST_ALIASES; i++) {
            Name at = owner;
            Name next = all.stream()
                    .filter(record ->
                            record instanceof CNAMERecord && record.getName().equals(at))
                    .map(record -> ((CNAMERecord) record).getTarget())
                    .findFirst()
                    .orElse(null);
            if (next == null) {
                break;
            }
            owner = next;
        }
        return owner;
    }

    /** The lowest priority first; within one, by chance in proportion to the weights. */
    static List<SRVRecord> order(List<SRVRecord> records, IntUnaryOperator random) {
        List<SRVRecord> left = new ArrayList<>(records);
        // those of weight 0 first, so that they have a small chance, too
        left.sort(Comparator.comparingInt(SRVRecord::getPriority).thenComparing(record -> record.getWeight() > 0));
        List<SRVRecord> order = new ArrayList<>();
        while (!left.isEmpty()) {
            int priority = left.get(0).getPriority();
            List<SRVRecord> equals = left.stream()
                    .filter(record -> record.getPriority() == priority)
                    .toList();
            int sum = equals.stream().mapToInt(SRVRecord::getWeight).sum();
            int drawn = random.applyAsInt(sum);
            int at = 0;
            int running = equals.get(0).getWeight();
            while (running < drawn) {
                at++;
                running += equals.get(at).getWeight();
            }
            order.add(left.remove(at));
        }
        return order;
    }
}
