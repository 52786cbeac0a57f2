package io.mnedc.finder.lan;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.finder.dns.Messages;
import io.mnedc.finder.lan.Responder.Kind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What an announced relay answers to whom: RFC 6762 and RFC 6763. */
class ResponderTest {
    private final Responder responder = new Responder("mnedc-1", 3334, addresses("192.168.1.10", "fe80::1"));

    private static List<InetAddress> addresses(String... texts) {
        return List.of(texts).stream()
                .map(text -> {
                    try {
                        return InetAddress.getByName(text);
                    } catch (UnknownHostException e) {
                        throw new IllegalArgumentException(e);
                    }
                })
                .toList();
    }

    private static Message query(String name, int type) {
        Message query = new Message(77);
        query.addRecord(Record.newRecord(Name.fromConstantString(name), type, DClass.IN), Section.QUESTION);
        return query;
    }

    /** As others see it. */
    private static List<String> sent(Message message, int section) {
        Message read = Objects.requireNonNull(Messages.parse(ByteBuffer.wrap(message.toWire())));
        return read.getSection(section).stream()
                .map(record -> record.getName() + " " + record.getTTL() + " " + Integer.toHexString(record.getDClass())
                        + " " + Type.string(record.getType()) + " " + record.rdataToString())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "_mnedc._tcp.local., PTR, POINTER",
        "_MNEDC._TCP.Local., PTR, POINTER",
        "_mnedc._tcp.local., ANY, POINTER",
        "_services._dns-sd._udp.local., PTR, KINDS",
        "mnedc-1._mnedc._tcp.local., SRV, SERVER",
        "mnedc-1._mnedc._tcp.local., TXT, TEXT",
        "mnedc-1._mnedc._tcp.local., ANY, SERVER TEXT",
        "mnedc-1.local., A, ADDRESS",
        "mnedc-1.local., AAAA, ADDRESS",
        "mnedc-1.local., MX, ''",
        "mnedc-2.local., A, ''",
        "_http._tcp.local., PTR, ''",
        "_mnedc._tcp.local., A, ''",
    })
    void questionsAreKnown(String name, String type, String kinds) {
        Set<Kind> expected = EnumSet.noneOf(Kind.class);
        for (String kind : kinds.split(" ", -1)) {
            if (!kind.isEmpty()) {
                expected.add(Kind.valueOf(kind));
            }
        }
        assertThat(responder.asked(query(name, Type.value(type)))).isEqualTo(expected);
    }

    @Test
    void answersAndOtherCommandsAreNoQuestions() {
        Message answer = query("_mnedc._tcp.local.", Type.PTR);
        answer.getHeader().setFlag(Flags.QR);
        assertThat(responder.asked(answer)).isEmpty();
        Message update = query("_mnedc._tcp.local.", Type.PTR);
        update.getHeader().setOpcode(Opcode.UPDATE);
        assertThat(responder.asked(update)).isEmpty();
    }

    @Test
    void hostThatKnowsTheAnswerIsNotTold() {
        Message query = query("_mnedc._tcp.local.", Type.PTR);
        Name instance = Name.fromConstantString("mnedc-1._mnedc._tcp.local.");
        Name other = Name.fromConstantString("mnedc-2._mnedc._tcp.local.");
        query.addRecord(new PTRRecord(Records.SERVICE, DClass.IN, 4500, other), Section.ANSWER);
        query.addRecord(new PTRRecord(Records.SERVICE, DClass.IN, 2249, instance), Section.ANSWER);
        assertThat(responder.asked(query)).containsExactly(Kind.POINTER);
        query.addRecord(new PTRRecord(Records.SERVICE, DClass.IN, 2250, instance), Section.ANSWER);
        assertThat(responder.asked(query)).isEmpty();
    }

    @Test
    void answerToAllHasWhatIsAskedNextWithIt() {
        Message answer = responder.answer(EnumSet.of(Kind.POINTER));
        assertThat(answer.getHeader().getID()).isZero();
        assertThat(answer.getHeader().getFlag(Flags.QR)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(answer.getSection(Section.QUESTION)).isEmpty();
        assertThat(sent(answer, Section.ANSWER))
                .containsExactly("_mnedc._tcp.local. 4500 1 PTR mnedc-1._mnedc._tcp.local.");
        assertThat(sent(answer, Section.ADDITIONAL))
                .containsExactlyInAnyOrder(
                        "mnedc-1._mnedc._tcp.local. 120 8001 SRV 0 0 3334 mnedc-1.local.",
                        "mnedc-1._mnedc._tcp.local. 4500 8001 TXT \"\"",
                        "mnedc-1.local. 120 8001 A 192.168.1.10",
                        "mnedc-1.local. 120 8001 AAAA fe80:0:0:0:0:0:0:1");
        assertThat(sent(responder.answer(EnumSet.of(Kind.SERVER)), Section.ADDITIONAL))
                .hasSize(2);
        assertThat(sent(responder.answer(EnumSet.of(Kind.ADDRESS)), Section.ADDITIONAL))
                .isEmpty();
    }

    @Test
    void answerToOneIsLikeThatOfADnsServer() {
        Message query = query("_mnedc._tcp.local.", Type.PTR);
        Message answer = responder.legacyAnswer(responder.asked(query), query);
        assertThat(answer.getHeader().getID()).isEqualTo(77);
        assertThat(answer.getQuestion()).isEqualTo(query.getQuestion());
        assertThat(sent(answer, Section.ANSWER))
                .containsExactly("_mnedc._tcp.local. 10 1 PTR mnedc-1._mnedc._tcp.local.");
        assertThat(sent(answer, Section.ADDITIONAL)).hasSize(4).allMatch(text -> text.contains(" 10 1 "));
    }

    @Test
    void comingAndGoingAreSaid() {
        assertThat(sent(responder.announcement(), Section.ANSWER)).hasSize(5);
        assertThat(sent(responder.goodbye(), Section.ANSWER))
                .containsExactly("_mnedc._tcp.local. 0 1 PTR mnedc-1._mnedc._tcp.local.");
    }

    @Test
    void anyPacketIsAnsweredWithFewBytes() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        Message model = query("_mnedc._tcp.local.", Type.ANY);
        model.addRecord(Record.newRecord(Records.name("mnedc-1.local."), Type.A, DClass.IN), Section.QUESTION);
        byte[] good = model.toWire();
        int asked = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] packet = good.clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
            }
            Message query = Messages.parse(ByteBuffer.wrap(packet, 0, random.nextInt(packet.length + 1)));
            if (query != null) {
                Set<Kind> kinds = responder.asked(query);
                asked += kinds.size();
                if (!kinds.isEmpty()) {
                    assertThat(responder.legacyAnswer(kinds, query).toWire()).hasSizeLessThan(600);
                }
            }
        }
        assertThat(asked).isPositive();
    }

    @Test
    void manyQuestionsInOnePacketAreLookedAtInPart() {
        Message query = new Message(1);
        for (int i = 0; i < 400; i++) {
            query.addRecord(
                    Record.newRecord(Name.fromConstantString("x" + i + ".local."), Type.A, DClass.IN),
                    Section.QUESTION);
        }
        query.addRecord(Record.newRecord(Records.SERVICE, Type.PTR, DClass.IN), Section.QUESTION);
        assertThat(responder.asked(query)).isEmpty();
    }
}
