package io.mnedc.finder.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** DNS servers that answer, are silent, or mean harm. */
@Timeout(60)
class DnsClientTest {
    private static final Name NAME = Name.fromConstantString("_mnedc._tcp.example.org.");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final SRVRecord record =
            new SRVRecord(NAME, DClass.IN, 60, 0, 0, 3334, Name.fromConstantString("relay.example.org."));
    private TestDns one;
    private TestDns two;
    private volatile boolean ended;

    @BeforeEach
    void start() throws IOException {
        one = TestDns.start();
        two = TestDns.start();
        two.byUdp = question ->
                List.of(TestDns.answer(question, Rcode.NOERROR, record).toWire());
    }

    @AfterEach
    void end() throws IOException {
        one.close();
        two.close();
    }

    private Message ask(Duration limit, InetSocketAddress... servers) throws IOException, InterruptedException {
        return new DnsClient(() -> List.of(servers), () -> ended).ask(NAME, Type.SRV, limit);
    }

    private void assertAnswered(InetSocketAddress... servers) throws IOException, InterruptedException {
        assertThat(ask(LIMIT, servers).getSection(Section.ANSWER)).containsExactly(record);
    }

    @Test
    void silentServerIsFollowedByTheNext() throws Exception {
        assertAnswered(one.address(), two.address());
        assertThat(one.questions).hasValue(1);
    }

    @Test
    void serverThatIsNotThereCostsNoTime() throws Exception {
        InetSocketAddress nobody;
        try (DatagramSocket closed = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(closed.getLocalAddress(), closed.getLocalPort());
        }
        // within the first wait for a server, because the system says so
        assertThat(ask(Duration.ofMillis(900), nobody, two.address()).getRcode())
                .isEqualTo(Rcode.NOERROR);
    }

    @Test
    void serverThatFailsIsFollowedByTheNextAndNamed() throws Exception {
        one.byUdp = question -> List.of(TestDns.answer(question, Rcode.SERVFAIL).toWire());
        assertAnswered(one.address(), two.address());
        assertThatThrownBy(() -> ask(LIMIT, one.address()))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("_mnedc._tcp.example.org", "127.0.0.1 says SERVFAIL");
    }

    @Test
    void nameThatIsNotThereIsAnAnswer() throws Exception {
        one.byUdp = question -> List.of(TestDns.answer(question, Rcode.NXDOMAIN).toWire());
        assertThat(ask(LIMIT, one.address(), two.address()).getRcode()).isEqualTo(Rcode.NXDOMAIN);
        assertThat(two.questions).hasValue(0);
    }

    @Test
    void answerThatIsTooLargeComesByTcp() throws Exception {
        one.byUdp = question -> {
            Message answer = TestDns.answer(question, Rcode.NOERROR);
            answer.getHeader().setFlag(Flags.TC);
            return List.of(answer.toWire());
        };
        one.byTcp = question -> TestDns.answer(question, Rcode.NOERROR, record).toWire();
        assertAnswered(one.address());
        one.byTcp = question -> new byte[0];
        assertAnswered(one.address(), two.address());
    }

    @Test
    void whatIsNoAnswerToTheQuestionIsPassedOver() throws Exception {
        one.byUdp = question -> {
            Message otherId = TestDns.answer(question, Rcode.NXDOMAIN);
            otherId.getHeader().setID(question.getHeader().getID() ^ 1);
            Message noAnswer = TestDns.answer(question, Rcode.NXDOMAIN);
            noAnswer.getHeader().unsetFlag(Flags.QR);
            Message otherQuestion = new Message(question.getHeader().getID());
            otherQuestion.getHeader().setFlag(Flags.QR);
            Message right = TestDns.answer(question, Rcode.NOERROR, record);
            return List.of(
                    new byte[] {1, 2, 3}, otherId.toWire(), noAnswer.toWire(), otherQuestion.toWire(), right.toWire());
        };
        assertAnswered(one.address());
        assertThat(one.questions).hasValue(1);
    }

    @Test
    void floodOfGarbageEndsAndTheNextServerIsAsked() throws Exception {
        one.byUdp = question -> Collections.nCopies(40, new byte[100]);
        assertAnswered(one.address(), two.address());
    }

    @Test
    void silenceEndsWithTheLimit() {
        long begun = System.nanoTime();
        assertThatThrownBy(() -> ask(Duration.ofMillis(300), one.address()))
                .hasMessage("no DNS server has an answer for _mnedc._tcp.example.org");
        assertThat(System.nanoTime() - begun)
                .isGreaterThan(Duration.ofMillis(250).toNanos());
        assertThatThrownBy(() -> ask(LIMIT)).hasMessage("this host has no DNS server");
    }

    @Test
    void endOfTheServiceAndInterruptsAreNoticed() throws Exception {
        CompletableFuture<Message> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(ask(Duration.ofHours(1), one.address()));
            } catch (IOException | InterruptedException e) {
                answer.completeExceptionally(e);
            }
        });
        thread.start();
        while (one.questions.get() == 0) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        assertThatThrownBy(() -> answer.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        ended = true;
        assertThatThrownBy(() -> ask(Duration.ofHours(1), one.address())).isInstanceOf(IOException.class);
    }

    @Test
    void askingLeavesNoThread() throws Exception {
        assertAnswered(two.address());
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("dnsjava"));
    }
}
