package io.mnedc.device.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.SealMessage;
import io.mnedc.device.seal.World.End;
import io.mnedc.device.seal.World.Weather;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How two devices get keys, keep them and find them again: real TLS, real certificates, a clock of the test's. */
@Timeout(180)
class KeyAgreementsTest {
    private final World world = new World(1);
    private final End low = world.low;
    private final End high = world.high;

    @Test
    void firstPacketMakesKeysAndThenArrives() {
        low.say();
        assertThat(high.delivered).isZero();
        world.pass(10);
        assertThat(high.delivered).isEqualTo(1);
        high.say();
        assertThat(low.delivered).isEqualTo(1);
        assertThat(low.begun + high.begun).isEqualTo(1);
        assertThat(world.envelopes).isLessThanOrEqualTo(6);
    }

    @Test
    void packetsThatWaitedArriveInOrder() {
        for (int i = 0; i < 100; i++) {
            high.say();
        }
        world.pass(10);
        assertThat(low.delivered).isEqualTo(100);
    }

    @Test
    void whenBothBeginTheLowerNodesHandshakeWins() {
        low.say();
        high.say();
        world.pass(10);
        assertThat(low.delivered).isEqualTo(1);
        assertThat(high.delivered).isEqualTo(1);
        assertThat(low.begun).isEqualTo(1);
        assertThat(high.begun).isEqualTo(1);
        assertThat(low.agreed).isEqualTo(1);
        assertThat(high.agreed).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void restartedPeerIsFoundByTheFirstFrame(boolean lowRestarts) {
        world.exchange();
        End restarted = lowRestarts ? low : high;
        End steady = world.other(restarted);
        restarted.start();
        steady.say();
        assertThat(restarted.unknown).isEqualTo(1);
        world.pass(50);
        steady.say();
        restarted.say();
        assertThat(restarted.heard).isEqualTo(3);
        assertThat(steady.heardInstance).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"true,false", "false,false", "true,true", "false,true"})
    void lostSessionCostsLessThanASecondOfTraffic(boolean lowRestarts, boolean both) {
        world.exchange();
        End restarted = lowRestarts ? low : high;
        End steady = world.other(restarted);
        restarted.start();
        if (both) {
            steady.start();
        }
        int frames = 0;
        // a frame each 10 ms; envelopes take as long as over a slow network
        world.weather = new Weather(0, 0, 100);
        while (restarted.heardInstance != steady.instance || steady.heardInstance != restarted.instance) {
            steady.say();
            restarted.say();
            world.pass(10);
            frames++;
            assertThat(frames).as("10 ms each").isLessThan(100);
        }
        assertThat(low.agreed + high.agreed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void restartedPeerThatSpeaksFirstIsUnderstoodAtOnce(boolean lowRestarts) {
        world.exchange();
        End restarted = lowRestarts ? low : high;
        End steady = world.other(restarted);
        restarted.start();
        restarted.say();
        world.pass(10);
        assertThat(steady.heardInstance).isEqualTo(2);
        steady.say();
        assertThat(restarted.delivered).isEqualTo(2);
    }

    @Test
    void keysInUseAreReplacedWithoutLosingAFrame() {
        world.exchange();
        for (int second = 0; second < 400; second++) {
            low.say();
            high.say();
            world.skip(1);
        }
        assertThat(high.delivered).isEqualTo(401);
        assertThat(low.delivered).isEqualTo(401);
        assertThat(low.agreed).isBetween(4, 5);
        assertThat(low.begun).as("who began goes on beginning").isEqualTo(low.agreed);
        assertThat(high.begun).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keysThatHaveSealedMuchAreReplaced(boolean initiatorSends) {
        world.exchange();
        End sender = initiatorSends ? low : high;
        sender.seals.rekeyAfterUnits(100);
        // each is of one unit, and one is sealed already
        while (sender.sentFrames.size() < (initiatorSends ? 99 : 124)) {
            sender.say();
        }
        world.pass(1100);
        assertThat(sender.agreed).isEqualTo(1);
        sender.say();
        world.pass(1100);
        assertThat(sender.agreed).isEqualTo(2);
        assertThat(sender.begun).isEqualTo(initiatorSends ? 2 : 1);
    }

    @Test
    void keyThatHasSealedMuchAndCannotBeReplacedEnds() {
        world.exchange();
        low.seals.rekeyAfterUnits(100);
        world.weather = new Weather(1, 0, 1);
        while (low.sentFrames.size() < 200) {
            low.say();
        }
        world.pass(1100);
        assertThat(low.sealer).isNull();
    }

    @Test
    void responderReplacesKeysThatTheInitiatorDoesNotUse() {
        world.exchange();
        for (int second = 0; second < 160; second++) {
            high.say();
            world.skip(1);
        }
        assertThat(high.begun).isEqualTo(1);
        assertThat(high.agreed).isEqualTo(2);
        assertThat(low.delivered).isEqualTo(161);
    }

    @Test
    void keysThatNobodyUsesStayForAWhileAndThenEnd() {
        world.exchange();
        world.skip(500);
        assertThat(low.begun + high.begun).isEqualTo(1);
        low.say();
        assertThat(high.delivered).isEqualTo(2);
        world.pass(2000);
        assertThat(low.agreed).as("old keys, used again, are replaced").isEqualTo(2);
        world.skip(700);
        assertThat(low.sealer).isNull();
        assertThat(high.sealer).isNull();
        assertThat(low.openers).isEqualTo(Openers.NONE);
        assertThat(low.seals.tick(world.now)).isEqualTo(Long.MAX_VALUE);
        world.exchangeAgain();
    }

    @Test
    void theKeyBeforeOpensForSomeSecondsMore() {
        world.exchange();
        Opener before = high.openers.current();
        low.seals.unknownEpoch(high.node, world.now);
        world.pass(10);
        low.say();
        assertThat(high.openers.current()).isNotSameAs(before);
        assertThat(high.openers.other()).isSameAs(before);
        world.skip(8);
        assertThat(high.openers.other()).isSameAs(before);
        world.skip(4);
        assertThat(high.openers.other()).isNull();
    }

    @Test
    void lossOfAnyOneEnvelopeIsRepaired() {
        for (int lost = 0; lost < 5; lost++) {
            World next = new World(lost);
            int left = lost;
            List<Opaque> none = new ArrayList<>();
            next.weather = new Weather(0, 0, 1);
            next.low.say();
            for (int i = 0; i < 20; i++) {
                next.weather = next.envelopes == left && none.isEmpty() ? new Weather(1, 0, 1) : Weather.FINE;
                next.pass(1);
            }
            next.weather = Weather.FINE;
            next.pass(3000);
            next.low.say();
            next.high.say();
            next.pass(20);
            assertThat(next.high.delivered).as("envelope %s lost", lost).isPositive();
            assertThat(next.low.delivered).as("envelope %s lost", lost).isPositive();
        }
    }

    @Test
    void afterThreeTriesComesAPauseAndThenItIsTriedAgain() {
        world.weather = new Weather(1, 0, 1);
        low.say();
        world.pass(8_000);
        assertThat(low.begun).isEqualTo(3);
        assertThat(low.gaveUp).isEqualTo(1);
        assertThat(low.failures).hasSize(1);
        world.weather = Weather.FINE;
        low.say();
        world.pass(6_000);
        assertThat(high.delivered).isEqualTo(1);
    }

    @Test
    void peerThatComesBackIsTriedAtOnce() {
        world.weather = new Weather(1, 0, 1);
        low.say();
        world.pass(8_000);
        world.weather = Weather.FINE;
        low.announce();
        low.say();
        world.pass(10);
        assertThat(high.delivered).isEqualTo(1);
    }

    @Test
    void certificateOfAnotherDeviceIsRefused() {
        high.certifiedAs = "somebody";
        low.say();
        high.say();
        world.pass(10_000);
        assertThat(low.delivered + high.delivered).isZero();
        assertThat(low.sealer).isNull();
        assertThat(high.sealer).isNull();
        assertThat(low.failures).anyMatch(why -> why.contains("CN=somebody is not high"));
    }

    @Test
    void certificateOfAnotherAuthorityIsRefusedByBoth() {
        for (End end : List.of(low, high)) {
            World next = new World(1);
            (end == low ? next.low : next.high).certifiedAs = "foreign-" + end.id;
            next.low.say();
            next.high.say();
            next.pass(2_000);
            assertThat(next.low.sealer).isNull();
            assertThat(next.high.sealer).isNull();
            assertThat(next.low.failures).isNotEmpty();
            assertThat(next.high.failures).isNotEmpty();
        }
    }

    @Test
    void peerThatIsNotAdmittedGetsNoKeysAndHearsOfIt() {
        high.admits = false;
        low.say();
        world.pass(20);
        assertThat(low.gaveUp).isEqualTo(1);
        assertThat(low.failures).containsExactly("the peer does not want to talk to this device");
        assertThat(high.failures).containsExactly("low is not welcome here");
        assertThat(high.openers).isEqualTo(Openers.NONE);
        world.pass(4_000);
        assertThat(low.begun).isEqualTo(1);
    }

    @Test
    void refusedPeersAreTriedLessAndLessOften() {
        high.admits = false;
        for (int i = 0; i < 300; i++) {
            low.say();
            world.skip(1);
        }
        assertThat(low.begun).isBetween(6, 12);
    }

    @Test
    void rulesThatChangeAreAppliedToThoseWhoHaveKeys() {
        world.exchange();
        high.admits = false;
        high.seals.dropAll();
        low.say();
        world.pass(3000);
        assertThat(high.delivered).isEqualTo(1);
        assertThat(high.sealer).isNull();
    }

    @Test
    void keysEndWithTheTrustThatTheyWereMadeIn() {
        world.exchange();
        List<Openers> kept = List.of(low.openers, high.openers);
        List<Opener> before = kept.stream().map(Openers::current).toList();
        high.admits = false;
        for (int second = 0; second < 130; second++) {
            low.say();
            world.skip(1);
        }
        assertThat(low.sealer).isNull();
        assertThat(high.sealer).isNull();
        assertThat(low.openers).isEqualTo(Openers.NONE);
        assertThat(high.openers).isEqualTo(Openers.NONE);
        high.admits = true;
        world.skip(120);
        world.exchangeAgain();
        assertThat(List.of(low, high)).allSatisfy(end -> {
            assertThat(end.openers.current()).isNotNull().isNotIn(before);
            assertThat(end.openers.other()).isNull();
        });
    }

    @Test
    void peerWithAnotherIdAtTheSameNodeHasNoKeys() {
        world.exchange();
        low.seals.present(high.node, "another", world.now);
        assertThat(low.sealer).isNull();
        assertThat(low.openers).isEqualTo(Openers.NONE);
        low.say();
        world.pass(5000);
        assertThat(low.sealer).isNull();
        assertThat(high.delivered).isEqualTo(1);
    }

    @Test
    void peerThatLeavesLosesItsKeysAndIsNotAnswered() {
        world.exchange();
        low.seals.absent(high.node);
        assertThat(low.sealer).isNull();
        assertThat(low.openers).isEqualTo(Openers.NONE);
        int before = world.envelopes;
        high.seals.unknownEpoch(low.node, world.now);
        world.pass(500);
        assertThat(world.envelopes - before)
                .as("only the beginnings of the other one")
                .isEqualTo(1);
    }

    @Test
    void ciphersAreNegotiated() {
        high.ciphers = SealCipher.preferred(false);
        high.start();
        world.exchange();
        // ChaCha20 frames of a key of 32 bytes: what counts is that both understand each other
        for (int i = 0; i < 10; i++) {
            low.say();
            high.say();
        }
        assertThat(high.delivered).isEqualTo(11);
    }

    @Test
    void withoutACommonCipherThereAreNoKeys() {
        high.ciphers = List.of(SealCipher.CHACHA20_POLY1305);
        high.start();
        low.ciphers = List.of(SealCipher.AES_128_GCM);
        low.start();
        low.say();
        world.pass(3000);
        assertThat(low.sealer).isNull();
        assertThat(high.failures).anyMatch(why -> why.startsWith("no cipher in common"));
    }

    @Test
    void repeatedFramesAreDropped() {
        world.exchange();
        low.say();
        for (byte[] frame : List.copyOf(low.sentFrames)) {
            high.frame(frame);
        }
        assertThat(high.delivered).isEqualTo(2);
        assertThat(high.replayed).isEqualTo(2);
        assertThat(low.sentFrames.get(0)[5]).isEqualTo((byte) DataFrame.SEALED);
    }

    @Test
    void keysAreNotThoseThatAnybodyCanGuess() {
        world.exchange();
        for (End sender : List.of(low, high)) {
            byte[] frame = sender.sentFrames.get(0);
            for (SealCipher cipher : SealCipher.values()) {
                ByteBuffer in = ByteBuffer.allocateDirect(frame.length).put(0, frame);
                SealMessage.Keys zero = new SealMessage.Keys(
                        DataFrame.epoch(in, 0),
                        Opaque.copyOf(new byte[SealMessage.KEY]),
                        Opaque.copyOf(new byte[SealMessage.IV]));
                assertThat(new Opener(cipher, zero).open(in, 0, frame.length, new SealBuffers()))
                        .isEqualTo(Opener.Outcome.FORGED);
            }
        }
    }

    @Test
    void asAnotherNodeADeviceHasNoKeys() {
        world.exchange();
        low.seals.self(low.node);
        assertThat(low.sealer).as("it is the same").isNotNull();
        low.seals.self(77);
        assertThat(low.sealer).isNull();
        assertThat(low.openers).isEqualTo(Openers.NONE);
    }
}
