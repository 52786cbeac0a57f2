package io.mnedc.names;

import static io.mnedc.names.TestOverlay.ask;
import static io.mnedc.names.TestOverlay.changed;
import static io.mnedc.names.TestOverlay.peer;
import static io.mnedc.names.TestOverlay.query;
import static io.mnedc.names.TestOverlay.zone;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.device.LocalService;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.Peer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class ResponderTest {
    private static final Zone MANY = zone(IntStream.range(3, 203)
            .mapToObj(node -> peer("device-" + node, node, true, new OfferedService("web", "http", 80)))
            .toArray(Peer[]::new));

    private static Message withEdns(Message query, int size, int version) {
        query.addRecord(new OPTRecord(size, 0, version), Section.ADDITIONAL);
        return query;
    }

    private static int code(byte[] query) throws Exception {
        byte[] answer = Responder.answer(query, MANY);
        assertThat(answer).isNotNull();
        return new Message(answer).getRcode();
    }

    @Test
    void aNameComesBackAsItWasWritten() throws Exception {
        Message answer = ask(MANY, query("dEvIcE-7.mNeDc.", Type.A));
        assertThat(answer.getQuestion().getName()).hasToString("dEvIcE-7.mNeDc.");
        assertThat(answer.getSection(Section.ANSWER).get(0).getName()).hasToString("dEvIcE-7.mNeDc.");
        assertThat(answer.getHeader().getFlag(Flags.RD)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.RA)).isFalse();
    }

    @Test
    void ednsIsAnsweredAndAnotherVersionRefused() throws Exception {
        Message good = ask(MANY, withEdns(query("device-7.mnedc.", Type.A), 1232, 0));
        assertThat(good.getOPT().getVersion()).isZero();
        assertThat(good.getOPT().getPayloadSize()).isEqualTo(LocalService.MOST_BYTES);
        Message bad = ask(MANY, withEdns(query("device-7.mnedc.", Type.A), 1232, 1));
        assertThat(bad.getRcode()).isEqualTo(Rcode.BADVERS);
        assertThat(bad.getSection(Section.ANSWER)).isEmpty();
        assertThat(ask(MANY, query("device-7.mnedc.", Type.A)).getOPT()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"0,512", "1232,1232", "4096,4096", "65535,4096", "100,512"})
    void anAnswerIsAsLargeAsIsAllowedAndSaysThatItWasCut(int edns, int most) throws Exception {
        Message query = query("_http._tcp.mnedc.", Type.PTR);
        byte[] answer = Responder.answer((edns == 0 ? query : withEdns(query, edns, 0)).toWire(), MANY);
        assertThat(answer).isNotNull().hasSizeBetween(most * 3 / 4, most);
        Message read = new Message(answer);
        assertThat(read.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(read.getSection(Section.ANSWER)).isNotEmpty();
    }

    @Test
    void additionalRecordsThatDoNotFitAreLeftOutInSilence() throws Exception {
        Zone zone = zone(IntStream.range(3, 13)
                .mapToObj(node -> peer("d" + node, node, true, new OfferedService("web", "http", 80)))
                .toArray(Peer[]::new));
        Message small = ask(zone, query("_http._tcp.mnedc.", Type.PTR));
        assertThat(small.getHeader().getFlag(Flags.TC)).isFalse();
        assertThat(small.getSection(Section.ANSWER)).hasSize(10);
        assertThat(small.getSection(Section.ADDITIONAL)).isEmpty();
        Message large = ask(zone, withEdns(query("_http._tcp.mnedc.", Type.PTR), 4096, 0));
        assertThat(large.getSection(Section.ADDITIONAL)).hasSize(1 + 40);
    }

    @Test
    void whatIsNoQueryIsRefusedByItsKind() throws Exception {
        byte[] good = query("device-7.mnedc.", Type.A).toWire();
        assertThat(code(good)).isEqualTo(Rcode.NOERROR);
        Message update = query("mnedc.", Type.SOA);
        update.getHeader().setOpcode(Opcode.UPDATE);
        assertThat(code(update.toWire())).isEqualTo(Rcode.NOTIMP);
        // two questions, none, an answer in a query
        assertThat(code(changed(good, 5, 2))).isEqualTo(Rcode.FORMERR);
        assertThat(code(changed(good, 5, 0))).isEqualTo(Rcode.FORMERR);
        assertThat(code(changed(good, 7, 1))).isEqualTo(Rcode.FORMERR);
        // cut off
        assertThat(code(Arrays.copyOf(good, good.length - 1))).isEqualTo(Rcode.FORMERR);
        assertThat(code(Arrays.copyOf(good, Header.LENGTH))).isEqualTo(Rcode.FORMERR);
        Message chaos =
                Message.newQuery(Record.newRecord(Name.fromConstantString("version.bind."), Type.TXT, DClass.CH));
        assertThat(code(chaos.toWire())).isEqualTo(Rcode.REFUSED);
    }

    @Test
    void noAnswerToAnAnswerNorToLessThanAHeader() {
        byte[] good = query("device-7.mnedc.", Type.A).toWire();
        assertThat(Responder.answer(changed(good, 2, good[2] | 0x80), MANY)).isNull();
        assertThat(Responder.answer(Arrays.copyOf(good, 11), MANY)).isNull();
        assertThat(Responder.answer(new byte[0], MANY)).isNull();
    }

    @Test
    void beforeTheDeviceHasRegisteredNothingIsKnown() throws Exception {
        byte[] answer = Responder.answer(query("a.mnedc.", Type.A).toWire(), null);
        assertThat(new Message(answer).getRcode()).isEqualTo(Rcode.SERVFAIL);
    }

    /** Random bytes, and good queries of which some bytes are others. */
    @Test
    void anyBytesGetAGoodAnswerOrNoneSoon() throws Exception {
        Random random = new Random(42);
        List<byte[]> good = List.of(
                query("device-7.mnedc.", Type.A).toWire(),
                withEdns(query("_http._tcp.mnedc.", Type.PTR), 4096, 0).toWire(),
                withEdns(query("3.0.0.10.in-addr.arpa.", Type.ANY), 1232, 0).toWire());
        long begun = System.nanoTime();
        int count = 20_000;
        for (int i = 0; i < count; i++) {
            byte[] bytes;
            if (i % 4 == 0) {
                bytes = new byte[random.nextInt(LocalService.MOST_BYTES + 1)];
                random.nextBytes(bytes);
                if (bytes.length > 11) {
                    // far enough in for the names to be read
                    bytes[2] &= 0x07;
                    System.arraycopy(new byte[] {0, 1, 0, 0, 0, 0, 0, (byte) random.nextInt(3)}, 0, bytes, 4, 8);
                }
            } else {
                bytes = good.get(i % 3).clone();
                for (int change = random.nextInt(4); change >= 0; change--) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                }
            }
            byte[] answer = Responder.answer(bytes, MANY);
            if (answer != null) {
                assertThat(answer).hasSizeBetween(Header.LENGTH, LocalService.MOST_BYTES);
                assertThat(new Message(answer).getHeader().getFlag(Flags.QR)).isTrue();
            }
        }
        assertThat(Duration.ofNanos((System.nanoTime() - begun) / count)).isLessThan(Duration.ofMillis(5));
    }

    /** As many pointers as fit: what compression could cost most. */
    @Test
    void aQueryOfPointersCostsLittle() {
        byte[] query = new byte[LocalService.MOST_BYTES];
        query[5] = 1;
        query[11] = 1;
        for (int at = 12; at + 1 < query.length; at += 2) {
            query[at] = (byte) (0xc0 | (at - 2) >> 8);
            query[at + 1] = (byte) (at - 2);
        }
        long begun = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            Responder.answer(query, MANY);
        }
        assertThat(Duration.ofNanos((System.nanoTime() - begun) / 1_000)).isLessThan(Duration.ofMillis(5));
    }
}
