package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.store.Transaction;
import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Renew;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.accept.JoinDelays;
import io.mnedc.relay.work.Counter;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.JoinToken;
import io.mnedc.security.Keys;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Pem;
import io.mnedc.security.Role;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import io.mnedc.testing.Await;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Relay a has the CA's key, relay b has not: what b cannot sign, it passes on. */
@Timeout(300)
class PassingEnrolmentOnTest extends WithRelays {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @BeforeEach
    void start() throws Exception {
        beginWithoutKey("b", Instant.now());
        linked("a", "b");
        signs("a", true);
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** Waits until b knows whether another relay can sign. */
    private void signs(String id, boolean expected) throws Exception {
        Await.until(
                id + " signs: " + expected,
                () -> mesh("b").view().stream()
                        .anyMatch(each -> each.relayId().equals("relay-" + id)
                                && each.signs() == expected
                                && (each.up() || !expected)));
    }

    private JoinToken token(int uses) throws Exception {
        return token(Optional.empty(), uses);
    }

    private JoinToken token(Optional<String> deviceId, int uses) throws Exception {
        return token(new TokenRequest(deviceId, Set.of("sensors"), Duration.ofHours(1), uses, List.of()));
    }

    private JoinToken token(TokenRequest request) throws Exception {
        JoinToken token = relay("a").authority().tokens().issue(request, List.of("127.0.0.1:1"));
        Await.until(
                "b knows the token",
                () -> relay("b")
                        .authority()
                        .tokens()
                        .find(JoinTokens.name(token.id()))
                        .isPresent());
        return token;
    }

    private int uses(JoinToken token) {
        return relay("a")
                .authority()
                .tokens()
                .find(JoinTokens.name(token.id()))
                .orElseThrow()
                .uses();
    }

    private ControlMessage enrol(String deviceId, JoinToken token) throws Exception {
        return TestOverlay.enrol(relay("b").address(), overlay.store(deviceId), deviceId, token);
    }

    private Future<ControlMessage> enrolling(String deviceId, JoinToken token) {
        return threads.submit(() -> enrol(deviceId, token));
    }

    private static ControlMessage answer(Future<ControlMessage> of) throws Exception {
        return of.get(120, TimeUnit.SECONDS);
    }

    private static byte[] request(KeyPair key) throws Exception {
        return CertificateRequest.make(key.getPrivate(), key.getPublic(), "any");
    }

    private static byte[] request(Identity identity) throws Exception {
        return CertificateRequest.make(identity.key(), identity.chain().get(0).getPublicKey(), "any");
    }

    private void takeKey() throws Exception {
        Files.move(overlay.directory().resolve("ca.key.pem"), directory.resolve("safe.pem"));
        signs("a", false);
    }

    private void putKeyBack() throws Exception {
        Files.move(directory.resolve("safe.pem"), overlay.directory().resolve("ca.key.pem"));
        signs("a", true);
    }

    @Test
    void aDeviceGetsItsCertificateFromTheRelayThatItHasDialled() throws Exception {
        JoinToken token = token(2);
        assertThat(enrol("gw-1", token)).isInstanceOf(Credentials.class);
        joined("b", "gw-1", overlay.store("gw-1").identity());
        assertThat(relay("b").relay().services().sessions().all())
                .singleElement()
                .satisfies(session -> assertThat(session.groups()).containsExactly("sensors"));
        assertThat(uses(token)).isEqualTo(1);
        assertThat(relay("b").count(Counter.SIGN_ASKED)).isEqualTo(1);
        assertThat(relay("a").count(Counter.SIGN_MADE)).isEqualTo(1);
        assertThat(relay("a").count(Counter.ENROLMENTS)).isEqualTo(1);
        Path audit = overlay.directory().resolve("audit.jsonl");
        Await.until(
                "the relay that has signed has it in its audit log",
                () -> Files.readAllLines(audit).stream()
                        .anyMatch(line -> line.contains("\"enrolled\"")
                                && line.contains(JoinTokens.name(token.id()))
                                && line.contains("passed on by relay relay-b")));
        Path other = directory.resolve("b/relay/audit.jsonl");
        Await.until(
                "so has the other one",
                () -> Files.readAllLines(other).stream()
                        .anyMatch(line -> line.contains("\"enrolled\"") && line.contains("gw-1")));
    }

    @Test
    void aDeviceThatIsEnrolledAgainWithAnotherKeyIsLetInAtOnceByTheRelayThatItHasDialled() throws Exception {
        for (int i = 0; i < 5; i++) {
            DeviceIdentityStore device = overlay.store("key-" + i);
            JoinToken token = token(Optional.of("gw-1"), 1);
            assertThat(TestOverlay.enrol(relay("b").address(), device, "gw-1", token))
                    .isInstanceOf(Credentials.class);
            joined("b", "gw-1", device.identity());
        }
    }

    @Test
    void aRelayThatJoinsGetsItsCertificateTooAndItsNumberOnce() throws Exception {
        String servers = "server.1=192.0.2.1:2888:3888:participant;192.0.2.1:2181";
        store.view().commit(Transaction.EMPTY.put("ensemble/overlay", "plant-7").put("ensemble/servers", servers));
        JoinToken token = token(new TokenRequest(Optional.empty(), Set.of(), Duration.ofHours(1), 1, List.of(), true));
        KeyPair key = Keys.generate();
        Enrol request = new Enrol(
                "any",
                token.id(),
                Opaque.copyOf(token.secret()),
                Opaque.copyOf(request(key)),
                "test/1",
                Protocol.ROLE_RELAY);
        for (int i = 0; i < 2; i++) {
            try (PlainDevice newcomer = TestOverlay.enrolling(relay("b").address(), token)) {
                newcomer.send(request);
                Credentials made = newcomer.await(Credentials.class);
                assertThat(made.overlay()).contains("overlay=plant-7", "number=2", "servers=" + servers);
                OverlayTrust.check(
                        Pem.parse(made.chain().stream().map(Opaque::bytes).toList()),
                        Role.RELAY,
                        overlay.authority().identity().trusted(),
                        Instant.now(),
                        Duration.ZERO);
            }
        }
        assertThat(uses(token)).isZero();
        assertThat(relay("a").count(Counter.SIGN_MADE)).isEqualTo(2);
        assertThat(TestOverlay.code(enrol("gw-1", token))).isEqualTo(ErrorCode.JOIN_REFUSED);
    }

    @Test
    void aDeviceRenewsItsCertificate() throws Exception {
        enrol("gw-1", token(1));
        Identity identity = overlay.store("gw-1").identity();
        PlainDevice device = joined("b", "gw-1", identity);
        device.await(Credentials.class);
        device.send(new Renew(Opaque.copyOf(request(identity))));
        Credentials renewed = device.await(Credentials.class);
        assertThat(renewed.chain())
                .hasSize(1)
                .doesNotContain(Opaque.copyOf(identity.chain().get(0).getEncoded()));
        assertThat(relay("a").count(Counter.RENEWALS)).isEqualTo(1);
        device.send(new Renew(Opaque.copyOf(request(Keys.generate()))));
        assertThat(TestOverlay.code(device.await(ErrorReport.class))).isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
    }

    @Test
    void aWrongTokenIsRefusedLateAndNotPassedOn() throws Exception {
        JoinToken right = token(1);
        JoinToken wrong = new JoinToken(right.addresses(), right.fingerprint(), right.id(), new byte[32]);
        long begin = System.nanoTime();
        assertThat(TestOverlay.code(enrol("gw-1", wrong))).isEqualTo(ErrorCode.JOIN_REFUSED);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(JoinDelays.FIRST.toNanos());
        assertThat(relay("b").count(Counter.SIGN_ASKED)).isZero();
        assertThat(uses(right)).isEqualTo(1);
    }

    @Test
    void whatTheOtherRelayRefusesIsRefusedLateToo() throws Exception {
        JoinToken token = token(1);
        assertThat(enrol("gw-1", token)).isInstanceOf(Credentials.class);
        long begin = System.nanoTime();
        assertThat(TestOverlay.code(enrol("gw-2", token))).isEqualTo(ErrorCode.JOIN_USED);
        assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(JoinDelays.FIRST.toNanos());
        assertThat(relay("b").count(Counter.SIGN_ASKED)).isEqualTo(2);
    }

    @Test
    void withoutARelayThatSignsTheDeviceHearsWhatHelps() throws Exception {
        takeKey();
        JoinToken token = tokenOfBefore();
        ControlMessage refused = enrol("gw-1", token);
        assertThat(TestOverlay.code(refused)).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
        ErrorReport report = (ErrorReport) refused;
        assertThat(report.retryMillis()).isPositive();
        assertThat(report.sentence()).contains("its CA key is kept elsewhere").contains("ask ");
        assertThat(relay("b").count(Counter.SIGN_ASKED)).isZero();
        putKeyBack();
        assertThat(enrol("gw-1", token)).isInstanceOf(Credentials.class);
    }

    /** A token that was made when the key was there. */
    private JoinToken tokenOfBefore() throws Exception {
        Path key = overlay.directory().resolve("ca.key.pem");
        Files.move(directory.resolve("safe.pem"), key);
        signs("a", true);
        JoinToken token = token(1);
        takeKey();
        return token;
    }

    @Test
    void aDeviceThatIsShutOutGetsNothing() throws Exception {
        enrol("gw-1", token(1));
        Identity identity = overlay.store("gw-1").identity();
        JoinToken again = token(Optional.of("gw-1"), 1);
        relay("a").authority().shutOut("gw-1", "stolen");
        Await.until(
                "b knows",
                () -> relay("b").authority().revocations().find("gw-1").isPresent());
        assertThat(TestOverlay.code(enrol("gw-1", again))).isEqualTo(ErrorCode.REVOKED);
        Identity hostile = hostileIdentity();
        PlainDevice link = hostile("a", hostile, "");
        assertThat(TestOverlay.code(ask(link, enrolment("gw-1", again)))).isEqualTo(ErrorCode.REVOKED);
        assertThat(TestOverlay.code(ask(link, new Renew(Opaque.copyOf(request(identity))), identity)))
                .isEqualTo(ErrorCode.REVOKED);
        assertThat(uses(again)).isEqualTo(1);
    }

    /** A relay's certificate by the overlay's CA, with another key than those of the real relays. */
    private Identity hostileIdentity() throws Exception {
        copied("x");
        return new TestOverlay(directory.resolve("x")).authority().identity();
    }

    private Enrol enrolment(String deviceId, JoinToken token) throws Exception {
        return new Enrol(
                deviceId,
                token.id(),
                Opaque.copyOf(token.secret()),
                Opaque.copyOf(overlay.store(deviceId).enrolmentRequest(deviceId, token)),
                "test/1");
    }

    private long number;

    private ControlMessage ask(PlainDevice link, ControlMessage message) throws Exception {
        return ask(link, ControlCodec.body(message), List.of());
    }

    private ControlMessage ask(PlainDevice link, ControlMessage message, Identity of) throws Exception {
        return ask(
                link,
                ControlCodec.body(message),
                List.of(Opaque.copyOf(of.chain().get(0).getEncoded())));
    }

    private ControlMessage ask(PlainDevice link, Opaque message, List<Opaque> chain) throws Exception {
        link.send(new SignRequest(++number, message, chain));
        SignAnswer answer = link.await(SignAnswer.class);
        assertThat(answer.number()).isEqualTo(number);
        return ControlCodec.decode(ByteBuffer.wrap(answer.message().bytes()));
    }

    @Test
    void aHostileRelayGetsNoCertificateForOthers() throws Exception {
        JoinToken token = token(1);
        JoinToken wrong = new JoinToken(token.addresses(), token.fingerprint(), token.id(), new byte[32]);
        Identity device = overlay.identity("gw-1", Instant.now());
        PlainDevice link = hostile("a", hostileIdentity(), "");
        KeyPair own = Keys.generate();
        assertThat(TestOverlay.code(ask(link, enrolment("gw-2", wrong)))).isEqualTo(ErrorCode.JOIN_REFUSED);
        assertThat(TestOverlay.code(ask(link, new Renew(Opaque.copyOf(request(own))), device)))
                .as("a device's certificate for another key")
                .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        assertThat(TestOverlay.code(ask(link, new Renew(Opaque.copyOf(request(own))))))
                .as("a relay's certificate for another key than that of the link")
                .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        Identity relay = relay("a").authority().identity();
        assertThat(TestOverlay.code(ask(link, new Renew(Opaque.copyOf(request(relay))))))
                .as("another relay's certificate")
                .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        assertThat(TestOverlay.code(ask(link, new Renew(Opaque.copyOf(request(relay))), relay)))
                .as("a relay as a device")
                .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        assertThat(TestOverlay.code(ask(
                        link,
                        ControlCodec.body(new Renew(Opaque.copyOf(request(device)))),
                        List.of(Opaque.copyOf(new byte[] {1, 2, 3})))))
                .isEqualTo(ErrorCode.CERTIFICATE_REFUSED);
        assertThat(TestOverlay.code(ask(link, Opaque.copyOf(new byte[] {1}), List.of())))
                .isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(TestOverlay.code(ask(link, new Ping(1)))).isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(TestOverlay.code(ask(link, ControlCodec.body(enrolment("gw-2", token)), List.of(token(link)))))
                .as("an enrolment has no chain")
                .isEqualTo(ErrorCode.PROTOCOL_VIOLATION);
        assertThat(uses(token)).isEqualTo(1);
        assertThat(relay("a").count(Counter.SIGN_MADE)).isZero();
        assertThat(ask(link, enrolment("gw-2", token))).isInstanceOf(Credentials.class);
    }

    private static Opaque token(PlainDevice link) throws Exception {
        return Opaque.copyOf(
                ((SSLSocket) link.control).getSession().getPeerCertificates()[0].getEncoded());
    }

    @Test
    void aHostileRelayMakesNoMoreWorkThanTheLimits() throws Exception {
        Identity device = overlay.identity("gw-1", Instant.now());
        PlainDevice link = hostile("a", hostileIdentity(), "");
        Renew renew = new Renew(Opaque.copyOf(request(device)));
        int made = 0;
        for (int i = 0; i < 10; i++) {
            ControlMessage answer = ask(link, renew, device);
            if (answer instanceof Credentials) {
                made++;
            } else {
                assertThat(TestOverlay.code(answer)).isEqualTo(ErrorCode.LIMIT_EXCEEDED);
            }
        }
        assertThat(made).isLessThanOrEqualTo(6);
        int many = 2_000;
        Opaque wrong = ControlCodec.body(
                new Enrol("gw-2", 1, Opaque.copyOf(new byte[32]), Opaque.copyOf(request(Keys.generate())), "test/1"));
        Future<?> sent = threads.submit(() -> {
            for (int i = 0; i < many; i++) {
                link.send(new SignRequest(10_000 + i, wrong, List.of()));
            }
            return null;
        });
        Set<Long> answered = new HashSet<>();
        int limited = 0;
        for (int i = 0; i < many; i++) {
            SignAnswer answer = link.await(SignAnswer.class);
            answered.add(answer.number());
            if (TestOverlay.code(
                            ControlCodec.decode(ByteBuffer.wrap(answer.message().bytes())))
                    == ErrorCode.LIMIT_EXCEEDED) {
                limited++;
            }
        }
        sent.get(60, TimeUnit.SECONDS);
        assertThat(answered).hasSize(many);
        assertThat(limited).isGreaterThan(many / 4);
        assertThat(enrol("gw-3", token(1))).as("others are served meanwhile").isInstanceOf(Credentials.class);
    }

    /** Relay b asks only this one. */
    private PlainDevice onlySigner() throws Exception {
        Identity identity = hostileIdentity();
        takeKey();
        PlainDevice signer = hostile("b", identity, "signs=1\n");
        signs("0", true);
        return signer;
    }

    @Test
    void ifTheLinkBreaksAnotherRelayIsAskedAndTheTokenIsUsedOnce() throws Exception {
        JoinToken token = token(2);
        PlainDevice signer = onlySigner();
        Future<ControlMessage> device = enrolling("gw-1", token);
        SignRequest request = signer.await(SignRequest.class);
        Enrol enrol =
                (Enrol) ControlCodec.decode(ByteBuffer.wrap(request.message().bytes()));
        putKeyBack();
        // it has redeemed the token, but its answer is lost
        relay("a")
                .authority()
                .enrol(
                        enrol.joinId(),
                        enrol.joinSecret().bytes(),
                        enrol.deviceId(),
                        enrol.request().bytes());
        assertThat(uses(token)).isEqualTo(1);
        signer.close();
        assertThat(answer(device)).isInstanceOf(Credentials.class);
        assertThat(uses(token)).isEqualTo(1);
        joined("b", "gw-1", overlay.store("gw-1").identity());
    }

    @Test
    void ifTheLinkBreaksAndThereIsNoOtherTheDeviceIsTold() throws Exception {
        JoinToken token = token(1);
        PlainDevice signer = onlySigner();
        Future<ControlMessage> device = enrolling("gw-1", token);
        signer.await(SignRequest.class);
        signer.close();
        ErrorReport report = (ErrorReport) answer(device);
        assertThat(TestOverlay.code(report)).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
        assertThat(report.retryMillis()).isPositive();
        assertThat(report.sentence()).contains("was lost").contains("try again");
        assertThat(uses(token)).isEqualTo(1);
    }

    @Test
    void aRelayThatDoesNotAnswerIsGivenUp() throws Exception {
        JoinToken token = token(1);
        PlainDevice signer = onlySigner();
        Future<ControlMessage> device = enrolling("gw-1", token);
        SignRequest request = signer.await(SignRequest.class);
        ErrorReport report = (ErrorReport) answer(device);
        assertThat(TestOverlay.code(report)).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
        assertThat(report.sentence()).contains("does not answer in time");
        // an answer that comes after all is nobody's
        signer.send(new SignAnswer(request.number(), ControlCodec.body(report)));
        Await.until("it is counted", () -> relay("b").count(Counter.SIGN_STRAY) == 1);
    }

    @Test
    void aRelayThatSignsFalselyHarmsNobody() throws Exception {
        Identity other = overlay.identity("other", Instant.now());
        JoinToken token = token(1);
        PlainDevice signer = onlySigner();
        signer.send(new SignAnswer(1, ControlCodec.body(new Credentials(List.of(), List.of(), 0))));
        Await.until("what nobody has asked for is counted", () -> relay("b").count(Counter.SIGN_STRAY) == 1);
        List<ControlMessage> answers = List.of(
                new Credentials(List.of(), List.of(), 0),
                new Credentials(List.of(Opaque.copyOf(new byte[] {1, 2})), List.of(), 0),
                new Credentials(List.of(Opaque.copyOf(other.chain().get(0).getEncoded())), List.of(), 0),
                new Ping(1));
        for (ControlMessage answer : answers) {
            Future<ControlMessage> device = enrolling("gw-1", token);
            signer.send(new SignAnswer(signer.await(SignRequest.class).number(), ControlCodec.body(answer)));
            assertThat(TestOverlay.code(answer(device))).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
        }
        Future<ControlMessage> device = enrolling("gw-1", token);
        signer.send(new SignAnswer(signer.await(SignRequest.class).number(), Opaque.copyOf(new byte[0])));
        assertThat(TestOverlay.code(answer(device))).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
        putKeyBack();
        signer.close();
        Await.until(
                "b has lost it",
                () -> mesh("b").view().stream().noneMatch(each -> each.relayId().equals("relay-0") && each.up()));
        assertThat(enrol("gw-1", token)).isInstanceOf(Credentials.class);
    }

    @Test
    void aRelayThatCannotSignAfterAllIsNotAskedTwiceButAnotherOneIs() throws Exception {
        JoinToken token = token(1);
        PlainDevice signer = onlySigner();
        Future<ControlMessage> device = enrolling("gw-1", token);
        SignRequest request = signer.await(SignRequest.class);
        putKeyBack();
        signer.send(new SignAnswer(
                request.number(),
                ControlCodec.body(ErrorReport.fatal(ErrorCode.ENROLMENT_UNAVAILABLE, "no key here"))));
        assertThat(answer(device)).isInstanceOf(Credentials.class);
        assertThat(relay("b").count(Counter.SIGN_ASKED)).isEqualTo(2);
    }

    @Test
    void noRelayPassesOnWhatWasPassedOnToIt() throws Exception {
        JoinToken token = token(1);
        PlainDevice link = hostile("b", hostileIdentity(), "");
        assertThat(TestOverlay.code(ask(link, enrolment("gw-1", token)))).isEqualTo(ErrorCode.ENROLMENT_UNAVAILABLE);
        assertThat(relay("b").count(Counter.SIGN_ASKED)).isZero();
        assertThat(uses(token)).isEqualTo(1);
    }

    @Test
    void manyDevicesAtATimeAreAllServed() throws Exception {
        int many = 40;
        JoinToken token = token(many);
        List<Future<ControlMessage>> all = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            all.add(enrolling("gw-" + i, token));
        }
        for (Future<ControlMessage> each : all) {
            assertThat(answer(each)).isInstanceOf(Credentials.class);
        }
        assertThat(uses(token)).isZero();
    }

    private X509Certificate certificate(String id) throws Exception {
        return relay(id).authority().identity().chain().get(0);
    }

    @Test
    void theRelaysOwnCertificateIsRenewedAndTakenOverWhileItRuns() throws Exception {
        beginWithoutKey("c", Instant.now().minus(Duration.ofDays(200)));
        X509Certificate before = Objects.requireNonNull(certificate("c"));
        Await.until("it has another one", () -> !certificate("c").equals(before));
        assertThat(certificate("c").getPublicKey()).isEqualTo(before.getPublicKey());
        assertThat(certificate("c").getNotAfter()).isAfter(before.getNotAfter());
        PlainDevice device = joined("c", "gw-1");
        assertThat(((SSLSocket) device.control).getSession().getPeerCertificates()[0])
                .isEqualTo(certificate("c"));
        linked("a", "c");
        linked("b", "c");
        long asked = relay("c").count(Counter.SIGN_ASKED);
        joined("c", "gw-2");
        assertThat(asked).as("once").isEqualTo(1);
    }

    @Test
    void aRelayGetsACertificateOfTheNewCaWhenTheOldOneIsDropped() throws Exception {
        joined("b", "gw-1");
        OverlayAuthority signer = relay("a").authority();
        String old = signer.fingerprint();
        signer.use(signer.add());
        Await.until("b knows", () -> relay("b").authority().fingerprint().equals(signer.fingerprint()));
        X509Certificate before = certificate("b");
        signer.drop(old);
        Await.until("it has another one", () -> !certificate("b").equals(before));
        certificate("b").verify(signer.authorities().get(0).certificate().getPublicKey());
    }

    @Test
    void aCertificateForThisRelayThatIsNoneIsNotTaken() throws Exception {
        withoutKey("c", Instant.now().minus(Duration.ofDays(200)));
        Identity identity = hostileIdentity();
        Identity device = overlay.identity("gw-1", Instant.now());
        takeKey();
        begin("c");
        X509Certificate before = certificate("c");
        Path file = directory.resolve("c/relay/relay.crt.pem");
        String stored = Files.readString(file);
        PlainDevice signer = hostile("c", identity, "signs=1\n");
        SignRequest request = signer.await(SignRequest.class);
        assertThat(request.chain()).isEmpty();
        // a relay's certificate, but not for this key
        signer.send(new SignAnswer(
                request.number(),
                ControlCodec.body(new Credentials(
                        List.of(Opaque.copyOf(identity.chain().get(0).getEncoded())), List.of(), 0))));
        signer.send(new Ping(1));
        signer.receiveRaw(Pong.class);
        // what is done with files is done in order: behind that certificate
        JoinToken wrong =
                new JoinToken(List.of("127.0.0.1:1"), relay("a").authority().fingerprint(), 1, new byte[32]);
        assertThat(TestOverlay.code(TestOverlay.enrol(relay("c").address(), overlay.store("gw-2"), "gw-2", wrong)))
                .isEqualTo(ErrorCode.JOIN_REFUSED);
        assertThat(certificate("c")).isEqualTo(before);
        assertThat(Files.readString(file)).isEqualTo(stored);
        joined("c", "gw-1", device);
    }
}
