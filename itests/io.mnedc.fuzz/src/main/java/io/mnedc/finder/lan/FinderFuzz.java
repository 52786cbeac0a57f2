package io.mnedc.finder.lan;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.finder.dns.Messages;
import io.mnedc.finder.dns.SrvRecords;
import io.mnedc.fuzz.Checks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A DNS message from anybody, as an answer with SRV records, as an answer of the LAN, and as a question of the LAN. In this
 * package because the parts are nobody else's.
 */
public final class FinderFuzz {
    private static final Name NAME = Name.fromConstantString("_mnedc._tcp.example.org.");
    private static final int MOST_ANSWER = 4096;
    private static final long MOST_ALLOCATION = 2 << 20;
    private static final InetAddress SOURCE = address(9);
    private static final Responder RESPONDER = new Responder("mnedc-1", 3334, List.of(address(10)));

    private FinderFuzz() {}

    private static InetAddress address(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 192, (byte) 168, 1, (byte) last});
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        Checks.allocates(MOST_ALLOCATION, () -> Messages.parse(ByteBuffer.wrap(data)));
        Message message = Messages.parse(ByteBuffer.wrap(data));
        if (message != null) {
            srvRecords(message);
            answersOfTheLan(message);
            questionOfTheLan(message);
        }
    }

    private static void srvRecords(Message message) {
        try {
            List<Found> targets = SrvRecords.targets(message, NAME, most -> most);
            Checks.that(!targets.isEmpty() && targets.size() <= RelayFinder.MOST, "some targets, and not too many");
            for (Found found : targets) {
                Checks.that(found.port() > 0 && found.port() <= 0xffff, "a target has a port");
                Checks.that(found.host().matches("[A-Za-z0-9_.-]{1,253}"), "a target is a host name");
            }
        } catch (IOException refused) {
            Checks.sentence(String.valueOf(refused.getMessage()));
        }
    }

    private static void answersOfTheLan(Message message) {
        Answers answers = new Answers();
        answers.add(message, message.getHeader().getID(), SOURCE, FinderFuzz::near, "lan0");
        List<Found> relays = answers.relays();
        Checks.that(relays.size() <= 4, "one host names a few relays at most");
        for (Found found : relays) {
            Checks.that(found.host().startsWith("192.168.1."), "a relay is in the network that the answer came from");
            Checks.that(found.port() > 0 && found.port() <= 0xffff, "a relay has a port");
        }
    }

    private static boolean near(InetAddress address) {
        return address.getHostAddress().startsWith("192.168.1.");
    }

    private static void questionOfTheLan(Message message) {
        Set<Responder.Kind> asked = RESPONDER.asked(message);
        if (!asked.isEmpty()) {
            Checks.that(
                    RESPONDER.legacyAnswer(asked, message).toWire().length <= MOST_ANSWER,
                    "an answer is not much larger than the question");
            Checks.that(RESPONDER.answer(asked).toWire().length < 512, "an answer to all is small");
        }
    }

    /** {@return an answer with SRV records} */
    public static byte[] srvAnswer() {
        Message answer = response(Record.newRecord(NAME, Type.SRV, 1));
        for (String data : List.of("0 5 3334 a.example.org.", "0 0 3334 b.example.org.", "1 0 3335 c.example.org.")) {
            try {
                answer.addRecord(Record.fromString(NAME, Type.SRV, 1, 60, data, Name.root), Section.ANSWER);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
        return answer.toWire();
    }

    /** {@return what a relay answers in the LAN} */
    public static byte[] lanAnswer() {
        Message question = Messages.parse(ByteBuffer.wrap(lanQuestion()));
        if (question == null) {
            throw new IllegalStateException("the question cannot be read");
        }
        return RESPONDER.legacyAnswer(RESPONDER.asked(question), question).toWire();
    }

    /** {@return what a device asks in the LAN} */
    public static byte[] lanQuestion() {
        Message question = new Message(77);
        question.addRecord(Record.newRecord(Records.SERVICE, Type.PTR, 1), Section.QUESTION);
        return question.toWire();
    }

    private static Message response(Record question) {
        Message answer = new Message(77);
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(question, Section.QUESTION);
        return answer;
    }
}
