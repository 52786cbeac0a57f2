package io.mnedc.finder.lan;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.finder.dns.Messages;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** What is believed of answers: only where in the own network a relay may be, and not too much. */
class AnswersTest {
    private static final int ID = 4711;

    /** Any name: it is not looked up. */
    private static final String CARD = "lo";

    private final Answers answers = new Answers();

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static boolean near(InetAddress address) {
        return address.getHostAddress().startsWith("192.168.1.") || address.isLinkLocalAddress();
    }

    private static Message answer(String label, int port, String... addresses) {
        Message query = new Message(ID);
        query.addRecord(Record.newRecord(Records.SERVICE, Type.PTR, 1), Section.QUESTION);
        Responder responder = new Responder(
                label,
                port,
                List.of(addresses).stream().map(AnswersTest::address).toList());
        return responder.legacyAnswer(responder.asked(query), query);
    }

    private void hear(String source, Message message) {
        Message read = Objects.requireNonNull(Messages.parse(ByteBuffer.wrap(message.toWire())));
        answers.add(read, ID, address(source), AnswersTest::near, CARD);
    }

    @Test
    void relayIsFoundAtAllItsAddressesInTheNetwork() {
        hear("192.168.1.10", answer("a", 3334, "192.168.1.10", "fe80::10", "10.0.0.10", "2001:db8::10"));
        assertThat(answers.relays())
                .containsExactly(new Found("192.168.1.10", 3334), new Found("fe80:0:0:0:0:0:0:10%lo", 3334));
    }

    @Test
    void nobodySendsThisDeviceToHostsElsewhere() {
        hear("192.168.1.66", answer("a", 3334, "10.0.0.10", "203.0.113.1", "224.0.0.1", "0.0.0.0", "2001:db8::1"));
        assertThat(answers.isEmpty()).isTrue();
        hear("203.0.113.66", answer("a", 3334, "192.168.1.10"));
        assertThat(answers.isEmpty()).as("an answer from elsewhere").isTrue();
    }

    @Test
    void whatIsSaidToAllNeedsNoNumberOfAQuestion() {
        Message said = new Responder("a", 3334, List.of(address("192.168.1.10"))).announcement();
        answers.add(said, ID, address("192.168.1.10"), AnswersTest::near, CARD);
        assertThat(answers.isEmpty()).as("to a socket that has asked").isTrue();
        answers.add(said, Answers.ANY_ID, address("192.168.1.10"), AnswersTest::near, CARD);
        assertThat(answers.relays()).containsExactly(new Found("192.168.1.10", 3334));
    }

    @Test
    void answersToOtherQuestionsAndQuestionsAreNoAnswers() {
        Message other = answer("a", 3334, "192.168.1.10");
        other.getHeader().setID(ID + 1);
        hear("192.168.1.10", other);
        Message question = answer("a", 3334, "192.168.1.10");
        question.getHeader().unsetFlag(Flags.QR);
        hear("192.168.1.10", question);
        Message without = answer("a", 3334, "192.168.1.10");
        without.removeAllRecords(Section.ADDITIONAL);
        hear("192.168.1.10", without);
        hear("192.168.1.10", new Responder("a", 1, List.of(address("192.168.1.10"))).goodbye());
        assertThat(answers.isEmpty()).isTrue();
    }

    @Test
    void hostThatSaysMuchPushesNoOtherOut() {
        for (int i = 0; i < 1000; i++) {
            hear("192.168.1.66", answer("false" + i, 1 + i, "192.168.1.66", "192.168.1.67", "192.168.1.68"));
        }
        hear("192.168.1.10", answer("true", 3334, "192.168.1.10"));
        assertThat(answers.relays())
                .hasSizeLessThan(RelayFinder.MOST)
                .startsWith(new Found("192.168.1.66", 1), new Found("192.168.1.10", 3334));
    }

    @Test
    void manyHostsCostABoundedMemory() {
        for (int i = 1; i < 255; i++) {
            for (int port = 1; port < 20; port++) {
                hear("192.168.1." + i, answer("h", port, "192.168.1." + i));
            }
        }
        assertThat(answers.relays()).hasSize(RelayFinder.MOST);
    }

    @Test
    void anyPacketIsReadOrPassedOver() {
        SplittableRandom random = new SplittableRandom(7);
        byte[] good = answer("a", 3334, "192.168.1.10", "fe80::10").toWire();
        List<Found> all = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            byte[] packet = good.clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                packet[2 + random.nextInt(packet.length - 2)] = (byte) random.nextInt(256);
            }
            Message message = Messages.parse(ByteBuffer.wrap(packet, 0, random.nextInt(packet.length + 1)));
            if (message != null) {
                Answers each = new Answers();
                each.add(message, ID, address("192.168.1.9"), AnswersTest::near, CARD);
                all.addAll(each.relays());
            }
        }
        assertThat(all).isNotEmpty().allSatisfy(found -> {
            assertThat(near(address(found.host().replaceFirst("%" + CARD, "")))).isTrue();
            assertThat(found.port()).isBetween(1, 65_535);
        });
    }
}
