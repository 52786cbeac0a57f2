package io.mnedc.device.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Envelopes wait in a bounded space that nobody can fill alone. */
class EnvelopeQueueTest {
    private final EnvelopeQueue queue = new EnvelopeQueue();

    private static Envelope envelope(int sender, int number) {
        return new Envelope(
                sender, 1, Protocol.ENVELOPE_HANDSHAKE, Opaque.copyOf(new byte[] {(byte) (number >> 8), (byte) number
                }));
    }

    private List<Envelope> all() {
        List<Envelope> all = new ArrayList<>();
        for (Envelope next = queue.poll(); next != null; next = queue.poll()) {
            all.add(next);
        }
        return all;
    }

    @Test
    void sendersHaveTurnsAndEachKeepsItsOrder() {
        for (int i = 0; i < 3; i++) {
            assertThat(queue.add(envelope(2, i))).isTrue();
        }
        queue.add(envelope(3, 0));
        queue.add(envelope(4, 0));
        queue.add(envelope(4, 1));
        assertThat(all())
                .containsExactly(
                        envelope(2, 0), envelope(3, 0), envelope(4, 0), envelope(2, 1), envelope(4, 1), envelope(2, 2));
        assertThat(queue.poll()).isNull();
    }

    @Test
    void floodDisplacesOnlyItself() {
        for (int i = 0; i < 10_000; i++) {
            assertThat(queue.add(envelope(2, i))).isEqualTo(i < EnvelopeQueue.MOST);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(queue.add(envelope(3, i))).as("one has gone for it").isFalse();
        }
        List<Envelope> all = all();
        assertThat(all).hasSize(EnvelopeQueue.MOST);
        assertThat(all.subList(0, 8)).filteredOn(each -> each.source() == 3).hasSize(4);
        assertThat(all)
                .filteredOn(each -> each.source() == 2)
                .as("the first ones, without a gap")
                .isEqualTo(IntStream.range(0, EnvelopeQueue.MOST - 4)
                        .mapToObj(number -> envelope(2, number))
                        .toList());
    }

    @Test
    void crowdOfSendersIsBoundedToo() {
        for (int sender = 0; sender < 10_000; sender++) {
            queue.add(envelope(sender, 0));
            queue.add(envelope(sender, 1));
        }
        assertThat(all()).hasSize(EnvelopeQueue.MOST);
        assertThat(queue.add(envelope(2, 0))).isTrue();
    }
}
