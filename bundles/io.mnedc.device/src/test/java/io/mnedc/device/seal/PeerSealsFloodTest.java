package io.mnedc.device.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.Opaque;
import io.mnedc.codec.PeerHandshake;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.seal.World.End;
import io.mnedc.device.seal.World.Stray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Peers that flood, trickle, stay silent or bring about a fault: each harms himself at most. The peers beside the world's two
 * are nodes from {@value #CROWD}, of which nobody answers.
 */
@Timeout(180)
class PeerSealsFloodTest {
    private static final int CROWD = 100;

    private final World world = new World(1);
    private final End low = world.low;
    private final End high = world.high;

    private void crowd(End at, int size) {
        for (int i = 0; i < size; i++) {
            at.seals.present(CROWD + i, "crowd-" + i, world.now);
        }
    }

    /** {@return the beginning of a handshake, as any device's} */
    private static byte[] hello() {
        World other = new World(2);
        other.low.seals.present(CROWD, "x", other.now);
        other.low.seals.wanted(CROWD, other.now);
        return other.low.strays.get(0).part().tls().bytes();
    }

    private void envelope(End to, int from, PeerHandshake part) throws ProtocolException {
        to.seals.received(from, part.encode(), world.now);
    }

    private PeerHandshake beginning(byte[] hello) {
        return new PeerHandshake(true, world.random.nextLong(), 0, Opaque.copyOf(hello));
    }

    /** {@return to whom, in order, each once} */
    private static List<Integer> spokenTo(End end) {
        return end.strays.stream().map(Stray::to).distinct().toList();
    }

    @Test
    void unknownEpochsBeginOneHandshakePerHalfSecond() {
        world.exchange();
        byte[] frame = low.sentFrames.get(0).clone();
        frame[6] ^= 1;
        for (int i = 0; i < 1000; i++) {
            high.frame(frame);
            world.pass(1);
        }
        assertThat(high.unknown).isEqualTo(1000);
        assertThat(high.begun).isBetween(2, 3);
        world.exchangeAgain();
    }

    @Test
    void garbageInEnvelopesHarmsNobody() throws Exception {
        world.exchange();
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            byte[] garbage = new byte[random.nextInt(600)];
            random.nextBytes(garbage);
            if (garbage.length >= PeerHandshake.HEADER && random.nextInt(4) > 0) {
                garbage[0] = 1;
                garbage[1] = (byte) random.nextInt(2);
                garbage[10] = 0;
                garbage[11] = (byte) random.nextInt(2);
                if (garbage.length > 20) {
                    System.arraycopy(new byte[] {22, 3, 1, 0, (byte) (garbage.length - 17)}, 0, garbage, 12, 5);
                }
            }
            try {
                high.seals.received(low.node, Opaque.copyOf(garbage), world.now);
            } catch (ProtocolException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
            if (i % 10 == 0) {
                world.pass(1);
            }
        }
        world.exchangeAgain();
        world.pass(5000);
        world.exchangeAgain();
    }

    @Test
    void beginningsByTheThousandAreNotAllAnswered() throws Exception {
        byte[] hello = hello();
        for (int i = 0; i < 1000; i++) {
            envelope(high, low.node, beginning(hello));
        }
        assertThat(world.envelopes).isLessThanOrEqualTo(10);
        world.pass(3000);
        world.exchangeAgain();
    }

    @Test
    void beginningsOfManyDoNotKeepADeviceFromItsOwn() throws Exception {
        crowd(high, 200);
        byte[] hello = hello();
        for (int i = 0; i < 200; i++) {
            envelope(high, CROWD + i, beginning(hello));
        }
        assertThat(spokenTo(high)).as("answered").hasSizeBetween(20, 40);
        high.say();
        world.pass(10);
        assertThat(low.delivered).isEqualTo(1);
    }

    @Test
    void beginningsOfManyDoNotKeepTwoThatWantEachOtherApart() throws Exception {
        crowd(high, 200);
        byte[] hello = hello();
        for (int i = 0; i < 200; i++) {
            envelope(high, CROWD + i, beginning(hello));
        }
        // the higher one has to answer instead
        low.say();
        high.say();
        world.pass(10);
        assertThat(low.delivered).isEqualTo(1);
        assertThat(high.delivered).isEqualTo(1);
    }

    @Test
    void peersThatBeginAndFailAreAnsweredAtABoundedRate() throws Exception {
        crowd(high, 1000);
        byte[] hello = hello();
        for (int milli = 0; milli < 2000; milli++) {
            PeerHandshake beginning = beginning(hello);
            envelope(high, CROWD + milli % 1000, beginning);
            // what makes room for the next
            envelope(high, CROWD + milli % 1000, garbage(beginning, 1));
            world.pass(1);
        }
        assertThat(high.failures.size()).isBetween(64, 64 + 2 * 64);
    }

    private static PeerHandshake garbage(PeerHandshake to, int sequence) {
        byte[] record = {22, 3, 3, 0, 4, 99, 99, 99, 99};
        return new PeerHandshake(to.initiator() == (sequence > 0), to.id(), sequence, Opaque.copyOf(record));
    }

    @Test
    void handshakeThatOnlyTricklesEndsAfterTenSeconds() throws Exception {
        crowd(high, 1);
        byte[] hello = hello();
        int sequence = 0;
        for (int second = 0; second < 10; second++) {
            envelope(high, CROWD, new PeerHandshake(true, 7, sequence, Opaque.copyOf(new byte[] {hello[sequence++]})));
            assertThat(high.seals.tick(world.now)).as("busy").isEqualTo(50 * World.MILLI);
            world.pass(1000);
        }
        envelope(high, CROWD, new PeerHandshake(true, 7, sequence, Opaque.copyOf(new byte[] {hello[sequence]})));
        assertThat(high.seals.tick(world.now)).as("idle").isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void peersAreServedInTheOrderInWhichTheyAreWanted() {
        crowd(high, 200);
        List<Integer> order = new ArrayList<>();
        for (int i = 199; i >= 0; i--) {
            order.add(CROWD + i);
            high.seals.wanted(CROWD + i, world.now);
        }
        assertThat(spokenTo(high)).hasSizeBetween(20, 40);
        world.skip(30);
        // silent ones are tried again meanwhile; nobody is passed over
        assertThat(spokenTo(high)).isEqualTo(order);
    }

    @Test
    void deviceThatIsWantedLastIsNotForgottenAmongManyThatAreSilent() {
        crowd(low, 100);
        for (int i = 0; i < 100; i++) {
            low.seals.wanted(CROWD + i, world.now);
        }
        low.seals.wanted(high.node, world.now);
        world.skip(10);
        assertThat(low.agreed).isEqualTo(1);
    }

    @Test
    void unknownEpochsOfManyPeersBeginHandshakesAtABoundedRate() throws Exception {
        crowd(high, 1000);
        int answered = 0;
        for (int milli = 0; milli < 2000; milli++) {
            high.seals.unknownEpoch(CROWD + milli % 1000, world.now);
            for (; answered < high.strays.size(); answered++) {
                Stray begun = high.strays.get(answered);
                // what makes room for the next
                envelope(high, begun.to(), garbage(begun.part(), 0));
            }
            world.pass(1);
        }
        assertThat(high.begun).isBetween(64, 64 + 2 * 64);
    }

    @Test
    void faultWithOnePeerTouchesNoOther() {
        crowd(high, 50);
        for (int i = 0; i < 50; i++) {
            high.faults.put(CROWD + i, new StackOverflowError("deep"));
            high.seals.wanted(CROWD + i, world.now);
        }
        assertThat(high.broken).isEqualTo(50);
        high.say();
        world.pass(10);
        assertThat(low.delivered).isEqualTo(1);
    }

    @Test
    void faultLeavesThePeersKeysAndItIsTriedAgainLater() {
        world.exchange();
        high.faults.put(low.node, new OutOfMemoryError("too much"));
        high.seals.unknownEpoch(low.node, world.now);
        assertThat(high.broken).isEqualTo(1);
        world.exchangeAgain();
        high.faults.clear();
        world.skip(6);
        high.seals.unknownEpoch(low.node, world.now);
        world.pass(10);
        assertThat(high.agreed).isEqualTo(2);
    }

    @Test
    void handshakesThatEndByAFaultMakeRoomForOthers() throws Exception {
        crowd(high, 200);
        byte[] hello = hello();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 40; i++) {
                high.faults.put(CROWD + i, new AssertionError("wrong"));
                envelope(high, CROWD + i, beginning(hello));
            }
            world.skip(2);
        }
        high.faults.clear();
        assertThat(high.broken).isEqualTo(120);
        for (int i = 40; i < 200; i++) {
            envelope(high, CROWD + i, beginning(hello));
        }
        assertThat(spokenTo(high)).as("answered, as many as ever").hasSize(32);
    }
}
