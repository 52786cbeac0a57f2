package io.mnedc.names;

import io.mnedc.api.device.LocalService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Answers DNS queries (RFC 1035, EDNS of RFC 6891) from a zone. It never asks anybody else. Any bytes may come: what a query costs is
 * bounded. Stateless and thread-safe.
 */
final class Responder {
    /** Bytes of an answer to one who does not know EDNS. */
    private static final int PLAIN = 512;
    /** EDNS and a signature, which is not looked at. */
    private static final int MOST_ADDITIONAL = 2;
    /** First of the types that are none of records, but for {@link Type#ANY} (RFC 6895, section 3.1). */
    private static final int FIRST_META = 128;

    private static final int LAST_META = 255;
    private static final int OPCODES = 15;

    private Responder() {}

    /**
     * Answers a query.
     *
     * @param query any bytes
     * @param zone what there is to say; null: nothing is known yet
     * @return the answer, at most {@value LocalService#MOST_BYTES} bytes; null for what is no query
     */
    static byte @Nullable [] answer(byte[] query, @Nullable Zone zone) {
        if (query.length < Header.LENGTH || (query[2] & 0x80) != 0) {
            // an answer to an answer would go round for ever
            return null;
        }
        Header asked;
        try {
            asked = new Header(query);
        } catch (IOException e) {
            return null;
        }
        if (asked.getOpcode() != Opcode.QUERY) {
            return head(asked, Rcode.NOTIMP).toWire();
        }
        boolean odd = asked.getCount(Section.QUESTION) != 1
                || asked.getCount(Section.ANSWER) != 0
                || asked.getCount(Section.AUTHORITY) != 0
                || asked.getCount(Section.ADDITIONAL) > MOST_ADDITIONAL;
        Message message = odd ? null : parsed(query);
        Record question = message == null ? null : message.getQuestion();
        if (message == null || question == null) {
            return head(asked, Rcode.FORMERR).toWire();
        }
        return answer(message, question, zone);
    }

    private static @Nullable Message parsed(byte[] query) {
        try {
            return new Message(query);
        } catch (IOException | RuntimeException e) {
            // a parser meets bytes that its author did not think of
            return null;
        }
    }

    private static Message head(Header asked, int rcode) {
        Message answer = new Message(asked.getID());
        Header header = answer.getHeader();
        header.setFlag(Flags.QR);
        header.setOpcode(Math.min(asked.getOpcode(), OPCODES));
        if (asked.getFlag(Flags.RD)) {
            header.setFlag(Flags.RD);
        }
        header.setRcode(rcode);
        return answer;
    }

    private static byte[] answer(Message query, Record question, @Nullable Zone zone) {
        OPTRecord edns = query.getOPT();
        int most = edns == null ? PLAIN : Math.max(PLAIN, Math.min(edns.getPayloadSize(), LocalService.MOST_BYTES));
        boolean badVersion = edns != null && edns.getVersion() != 0;
        Message answer = head(query.getHeader(), Rcode.NOERROR);
        answer.addRecord(question, Section.QUESTION);
        List<Record> answers = new ArrayList<>();
        List<Record> additional = new ArrayList<>();
        if (!badVersion) {
            fill(answer, question, zone, answers, additional);
        }
        if (edns != null) {
            // the lower bits are in the header
            int extended = badVersion ? Rcode.BADVERS >> 4 : 0;
            answer.addRecord(new OPTRecord(LocalService.MOST_BYTES, extended, 0, edns.getFlags()), Section.ADDITIONAL);
        }
        return fitting(answer, answers, additional, most);
    }

    private static void fill(
            Message answer, Record question, @Nullable Zone zone, List<Record> answers, List<Record> additional) {
        Header header = answer.getHeader();
        int type = question.getType();
        boolean record = type == Type.ANY || type < FIRST_META || type > LAST_META;
        if (zone == null) {
            header.setRcode(Rcode.SERVFAIL);
            return;
        }
        Optional<Zone.Result> found = question.getDClass() == DClass.IN && record && type != Type.OPT
                ? zone.find(question.getName(), type)
                : Optional.empty();
        if (found.isEmpty()) {
            header.setRcode(Rcode.REFUSED);
            return;
        }
        Zone.Result result = found.get();
        header.setFlag(Flags.AA);
        header.setRcode(result.exists() ? Rcode.NOERROR : Rcode.NXDOMAIN);
        answers.addAll(result.answers());
        additional.addAll(result.additional());
        if (answers.isEmpty()) {
            answer.addRecord(zone.soa(result.apex()), Section.AUTHORITY);
        }
    }

    /** As much as fits: first the additional records go, then the last of the answers. */
    private static byte[] fitting(Message answer, List<Record> answers, List<Record> additional, int most) {
        answers.forEach(each -> answer.addRecord(each, Section.ANSWER));
        byte[] plain = answer.toWire();
        if (plain.length <= most) {
            if (additional.isEmpty()) {
                return plain;
            }
            Message more = answer.clone();
            additional.forEach(each -> more.addRecord(each, Section.ADDITIONAL));
            byte[] all = more.toWire();
            return all.length <= most ? all : plain;
        }
        answer.getHeader().setFlag(Flags.TC);
        int left = answers.size();
        while (plain.length > most && left > 0) {
            // about in proportion, at least one
            int keep = Math.min(left - 1, left * most / plain.length);
            // removing one by one would look through all of them each time
            answer.removeAllRecords(Section.ANSWER);
            answers.subList(0, keep).forEach(each -> answer.addRecord(each, Section.ANSWER));
            left = keep;
            plain = answer.toWire();
        }
        return plain;
    }
}
