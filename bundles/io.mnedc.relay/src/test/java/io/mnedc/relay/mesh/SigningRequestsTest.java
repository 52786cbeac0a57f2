package io.mnedc.relay.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.trust.Signing;
import io.mnedc.relay.work.Counter;
import io.mnedc.testing.Await;
import io.mnedc.transport.ControlLoop;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many requests for certificates wait, and who is asked. */
@Timeout(60)
class SigningRequestsTest {
    private static final Enrol ENROL =
            new Enrol("gw-1", 1, Opaque.copyOf(new byte[32]), Opaque.copyOf(new byte[10]), "test/1");

    private final ControlLoop loop = new ControlLoop("signing-test", fault -> {});
    private final Counter.Set counters = new Counter.Set();
    private final List<Asked> signers = new CopyOnWriteArrayList<>();
    private final SigningRequests requests = new SigningRequests(loop, () -> signers, counters);
    private final List<Credentials> answered = new CopyOnWriteArrayList<>();
    private final List<ErrorReport> refused = new CopyOnWriteArrayList<>();
    private final Signing.Outcome outcome = Signing.Outcome.of(answered::add, refused::add);

    private static final class Asked implements SigningRequests.Signer {
        final List<SignRequest> requests = new CopyOnWriteArrayList<>();
        volatile boolean full;

        @Override
        public boolean ask(SignRequest request) {
            return !full && requests.add(request);
        }
    }

    @AfterEach
    void end() {
        loop.close();
    }

    private Asked signer() {
        Asked signer = new Asked();
        signers.add(signer);
        return signer;
    }

    private void enrol(int many) throws Exception {
        for (int i = 0; i < many; i++) {
            assertThat(requests.enrol(ENROL, outcome)).isTrue();
        }
        onLoop(() -> {});
    }

    /** Runs behind all that was begun before. */
    private void onLoop(Runnable task) throws Exception {
        var done = new java.util.concurrent.CountDownLatch(1);
        loop.execute(() -> {
            task.run();
            done.countDown();
        });
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    }

    private static SignAnswer refusal(long number, ErrorCode code) {
        return new SignAnswer(number, ControlCodec.body(ErrorReport.fatal(code, "for this reason")));
    }

    private ErrorCode code(int of) {
        return ErrorCode.of(refused.get(of).code()).orElseThrow();
    }

    private long count(Counter counter) {
        return Objects.requireNonNull(counters.values().get(counter.label()));
    }

    @Test
    void withoutAnybodyToAskTheCallerKnowsAtOnce() {
        assertThat(requests.enrol(ENROL, outcome)).isFalse();
        assertThat(requests.count()).isZero();
    }

    @Test
    void oneLinkHasSoManyRequestsAndNoMore() throws Exception {
        Asked only = signer();
        enrol(SigningRequests.MOST_OF_A_LINK + 3);
        assertThat(only.requests).hasSize(SigningRequests.MOST_OF_A_LINK);
        assertThat(refused).hasSize(3).allMatch(report -> report.retryMillis() > 0);
        assertThat(code(0)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        onLoop(() -> requests.answered(only, refusal(only.requests.get(0).number(), ErrorCode.JOIN_USED)));
        enrol(1);
        assertThat(only.requests).hasSize(SigningRequests.MOST_OF_A_LINK + 1);
    }

    @Test
    void inAllSoManyWaitAndNoMore() throws Exception {
        for (int i = 0; i < 4; i++) {
            signer();
        }
        enrol(SigningRequests.MOST + 5);
        assertThat(refused).hasSize(5);
        assertThat(code(0)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
        assertThat(requests.count()).isEqualTo(SigningRequests.MOST);
        assertThat(signers.stream().mapToInt(each -> each.requests.size()).sum())
                .isEqualTo(SigningRequests.MOST);
    }

    @Test
    void aRequestThatIsOverMakesRoom() throws Exception {
        Asked only = signer();
        for (int round = 0; round < 3; round++) {
            enrol(SigningRequests.MOST_OF_A_LINK);
            onLoop(() -> requests.lost(only));
            assertThat(requests.count()).isZero();
        }
        assertThat(refused).hasSize(3 * SigningRequests.MOST_OF_A_LINK);
        assertThat(code(0)).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
        enrol(1);
        Credentials made = new Credentials(List.of(), List.of(), 7);
        long number = only.requests.get(only.requests.size() - 1).number();
        onLoop(() -> requests.answered(only, new SignAnswer(number, ControlCodec.body(made))));
        assertThat(answered).containsExactly(made);
        assertThat(requests.count()).isZero();
    }

    @Test
    void soManyRelaysAreAskedForOneCertificateEachOnce() throws Exception {
        for (int i = 0; i < 6; i++) {
            signer();
        }
        enrol(1);
        for (int i = 0; i < 6; i++) {
            onLoop(() -> signers.forEach(signer -> signer.requests.forEach(
                    request -> requests.answered(signer, refusal(request.number(), ErrorCode.ENROLMENT_UNAVAILABLE)))));
        }
        assertThat(signers.stream().mapToInt(each -> each.requests.size()).max())
                .hasValue(1);
        assertThat(signers.stream().mapToInt(each -> each.requests.size()).sum())
                .isEqualTo(SigningRequests.MOST_TRIES);
        assertThat(refused)
                .singleElement()
                .satisfies(report -> assertThat(report.sentence()).isEqualTo("for this reason"));
    }

    @Test
    void aFullLinkIsPassedBy() throws Exception {
        signer().full = true;
        Asked other = signer();
        enrol(20);
        assertThat(other.requests).hasSize(20);
        assertThat(refused).isEmpty();
    }

    @Test
    void onlyTheLinkThatWasAskedAnswers() throws Exception {
        Asked asked = signer();
        enrol(1);
        Asked other = signer();
        long number = asked.requests.get(0).number();
        Credentials made = new Credentials(List.of(), List.of(), 7);
        onLoop(() -> requests.answered(other, new SignAnswer(number, ControlCodec.body(made))));
        onLoop(() -> requests.answered(asked, new SignAnswer(number + 1, ControlCodec.body(made))));
        assertThat(answered).isEmpty();
        assertThat(count(Counter.SIGN_STRAY)).isEqualTo(2);
        onLoop(() -> requests.answered(asked, new SignAnswer(number, ControlCodec.body(made))));
        onLoop(() -> requests.answered(asked, new SignAnswer(number, ControlCodec.body(made))));
        assertThat(answered).hasSize(1);
        assertThat(count(Counter.SIGN_STRAY)).as("a second time").isEqualTo(3);
    }

    @Test
    void whatIsTooLargeForAMessageIsRefused() {
        signer();
        Enrol large = new Enrol(
                "gw-1",
                1,
                Opaque.copyOf(new byte[32]),
                Opaque.copyOf(new byte[Protocol.MAX_CERTIFICATE + 1]),
                "test/1");
        assertThat(requests.enrol(large, outcome)).isTrue();
        assertThat(code(0)).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        assertThat(requests.count()).isZero();
    }

    @Test
    void whoWaitsIsToldWhenTheRelayStops() throws Exception {
        signer();
        enrol(3);
        onLoop(requests::close);
        Await.until("told", () -> refused.size() == 3);
        enrol(1);
        assertThat(refused).hasSize(4);
    }

    @Test
    void aLinkMayBringSoManyAtOnceAndThenSoManyASecond() {
        long now = Long.MAX_VALUE - 1000;
        SigningAllowance allowance = new SigningAllowance();
        for (int i = 0; i < SigningAllowance.BURST; i++) {
            assertThat(allowance.take(now)).isTrue();
            allowance.done();
        }
        assertThat(allowance.take(now)).isFalse();
        now += TimeUnit.SECONDS.toNanos(1);
        for (int i = 0; i < SigningAllowance.A_SECOND; i++) {
            assertThat(allowance.take(now)).isTrue();
            allowance.done();
        }
        assertThat(allowance.take(now)).isFalse();
        now += TimeUnit.HOURS.toNanos(1);
        for (int i = 0; i < SigningAllowance.MOST; i++) {
            assertThat(allowance.take(now)).isTrue();
        }
        assertThat(allowance.take(now)).as("none of them is done").isFalse();
        allowance.done();
        assertThat(allowance.take(now)).isTrue();
    }
}
