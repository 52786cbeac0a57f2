package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.relay.accept.HalfOpen;
import io.mnedc.relay.accept.Refusals;
import io.mnedc.relay.announce.AnnouncementDelta;
import io.mnedc.relay.announce.Announcer;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.trust.Handshakes;
import io.mnedc.relay.work.Counter;
import io.mnedc.testing.Log;
import io.mnedc.transport.ControlLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A part of a relay that ends by itself, as for want of memory, does not go unnoticed. */
@Timeout(60)
class EndTest {
    @Test
    void aControlLoopThatEndsIsToldAndTheRelayCanStillBeClosed() throws Exception {
        try (TestRelay relay = TestRelay.with(new TestSettings());
                PlainDevice device = relay.joined("a")) {
            assertThat(device.welcome).isNotNull();
            relay.relay().services().loop().close();
            TestRelay.eventually(() -> relay.failed.contains("the control loop"));
        }
    }

    @Test
    void aTaskOfTheControlLoopThatFailsForWantOfMemoryIsTold() throws Exception {
        try (TestRelay relay = TestRelay.with(new TestSettings());
                Log log = new Log()) {
            relay.relay().services().loop().schedule(Duration.ofMillis(1), EndTest::failForMemory);
            TestRelay.eventually(() -> relay.failed.contains("the control loop"));
            assertThat(log.lines("a task of the relay's control loop has failed"))
                    .hasSize(1);
        }
    }

    private static void failForMemory() {
        throw new OutOfMemoryError("of a test");
    }

    @Test
    void aTaskOfTheControlLoopThatFailsByMistakeIsInTheLogAndTheRelayGoesOn() throws Exception {
        try (TestRelay relay = TestRelay.with(new TestSettings());
                Log log = new Log()) {
            relay.relay().services().loop().schedule(Duration.ofMillis(1), EndTest::failByMistake);
            TestRelay.eventually(() ->
                    log.lines("a task of the relay's control loop has failed").size() == 1);
            try (PlainDevice device = relay.joined("a")) {
                assertThat(device.welcome).isNotNull();
            }
            assertThat(relay.failed).isEmpty();
        }
    }

    private static void failByMistake() {
        throw new IllegalStateException("of a test");
    }

    @Test
    void aRoundThatFailsIsNotTheLastOne() throws Exception {
        AtomicInteger rounds = new AtomicInteger();
        ControlLoop loop = new ControlLoop("test-control", fault -> {});
        try {
            Announcer announcer = new Announcer(
                    loop,
                    () -> {
                        if (rounds.incrementAndGet() == 1) {
                            throw new OutOfMemoryError("of a test");
                        }
                        return AnnouncementDelta.first();
                    },
                    List::of);
            announcer.changed();
            TestRelay.eventually(() -> rounds.get() == 1);
            announcer.changed();
            TestRelay.eventually(() -> rounds.get() == 2);
        } finally {
            loop.close();
        }
    }

    @Test
    void handshakesThatCannotBeBegunAreClosedAndTheNextAreServed() throws Exception {
        try (ServerSocketChannel server =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            HalfOpen halfOpen = new HalfOpen(() -> 10, new Refusals(new Counter.Set(), Events.NONE));
            try (Log log = new Log();
                    Handshakes handshakes = new Handshakes(arrival -> {
                        throw new OutOfMemoryError("of a test");
                    })) {
                for (int i = 1; i <= 5; i++) {
                    SocketChannel client = SocketChannel.open(server.getLocalAddress());
                    SocketChannel accepted = server.accept();
                    HalfOpen.Entry entry = halfOpen.enter(
                            accepted, System.nanoTime() + Duration.ofHours(1).toNanos());
                    handshakes.arrive(entry, ByteBuffer.allocate(0));
                    TestRelay.eventually(() -> halfOpen.count() == 0 && !accepted.isOpen());
                    client.close();
                    int ended = i;
                    TestRelay.eventually(
                            () -> log.lines("has ended because of a fault").size() == ended);
                }
            }
        }
    }

    @Test
    void aRelayThatIsClosedHasNotFailed() throws Exception {
        TestRelay relay = TestRelay.with(new TestSettings());
        relay.close();
        assertThat(relay.failed).isEmpty();
    }
}
