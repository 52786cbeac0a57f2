package io.mnedc.discovery;

import static io.mnedc.discovery.Peers.peer;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.Peer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ListenerDispatchTest {
    private static final Duration STOP = Duration.ofSeconds(60);

    private final Later later = new Later();
    private final ListenerDispatch dispatch = new ListenerDispatch(later::view);
    private final Directory directory = later.observe(new Directory(dispatch::put));

    /** The directory and its dispatch know each other. */
    private static final class Later {
        private Directory directory = new Directory(change -> {});

        Directory observe(Directory observed) {
            directory = observed;
            return observed;
        }

        Directory.View view() {
            return directory.view();
        }
    }

    @AfterEach
    void stop() {
        dispatch.close(STOP);
    }

    @Test
    void aListenerHearsOfJoinChangeAndLeaveInOrder() throws Exception {
        var listener = new Recorder();
        dispatch.add(listener, listener, peer -> true);
        directory.present(peer("a", 2, "x"));
        listener.await(1);
        directory.present(peer("a", 2, "y"));
        listener.await(2);
        directory.absent("a");
        assertThat(listener.await(3)).containsExactly("+a", "x>y", "-a");
    }

    @Test
    void aNewListenerIsToldOfThePeersThatAreThere() throws Exception {
        directory.snapshot(List.of(peer("a", 2), peer("b", 3)));
        var listener = new Recorder();
        dispatch.add(listener, listener, peer -> true);
        assertThat(listener.await(2)).containsExactly("+a", "+b");
    }

    @Test
    void quickLeaveAndReturnIsToldAsBoth() throws Exception {
        var listener = new Recorder();
        dispatch.add(listener, listener, peer -> true);
        directory.present(peer("a", 2));
        listener.await(1);
        directory.absent("a");
        directory.present(peer("a", 2));
        assertThat(listener.await(3)).containsExactly("+a", "-a", "+a");
    }

    @Test
    void aListenerThatThrowsIsToldOfTheNextChangeAndDisturbsNobody() throws Exception {
        var faulty = new Recorder() {
            @Override
            public void joined(Peer peer) {
                super.joined(peer);
                throw new IllegalStateException("wanted by the test");
            }
        };
        var good = new Recorder();
        dispatch.add(faulty, faulty, peer -> true);
        dispatch.add(good, good, peer -> true);
        directory.present(peer("a", 2));
        directory.present(peer("b", 3));
        assertThat(good.await(2)).containsExactly("+a", "+b");
        assertThat(faulty.await(2)).containsExactly("+a", "+b");
    }

    @Test
    void aListenerWithAnErrorIsToldOfTheNextChange() throws Exception {
        var faulty = new Recorder() {
            @Override
            public void joined(Peer peer) {
                super.joined(peer);
                throw new StackOverflowError("wanted by the test");
            }
        };
        dispatch.add(faulty, faulty, peer -> true);
        directory.present(peer("a", 2));
        faulty.await(1);
        directory.present(peer("b", 3));
        assertThat(faulty.await(2)).containsExactly("+a", "+b");
    }

    @Test
    void aBlockedListenerHoldsUpNobodyAndCatchesUpFromWhatIsTrueThen() throws Exception {
        var entered = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        var slow = new Recorder() {
            @Override
            public void joined(Peer peer) {
                entered.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                super.joined(peer);
            }
        };
        var quick = new Recorder();
        dispatch.add(slow, slow, peer -> true);
        dispatch.add(quick, quick, peer -> true);
        directory.present(peer("gone", 2));
        assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();
        quick.await(1);
        directory.absent("gone");
        int many = Mailbox.BOUND * 2;
        for (int i = 0; i < many; i++) {
            directory.present(peer("p", 10, "v" + i));
        }
        directory.present(peer("last", 11));
        quick.await(3);
        assertThat(quick.events()).startsWith("+gone", "-gone", "+p");
        assertThat(slow.events()).isEmpty();

        goOn.countDown();
        assertThat(slow.await(4)).containsExactly("+gone", "-gone", "+p", "+last");
    }

    @Test
    void aListenerWithAFilterHearsOfThosePeersOnlyAndOfTheirComingAndGoing() throws InterruptedException {
        var listener = new Recorder();
        directory.present(peer("before", 9, "plc"));
        dispatch.add(listener, listener, peer -> peer.info().platform().equals("plc"));
        listener.await(1);
        directory.present(peer("a", 2, "linux"));
        directory.present(peer("b", 3, "plc"));
        directory.present(peer("a", 2, "plc"));
        directory.present(peer("b", 3, "linux"));
        directory.present(peer("b", 3, "windows"));
        directory.absent("a");
        directory.absent("b");
        assertThat(listener.await(5)).containsExactly("+before", "+b", "+a", "-b", "-a");
    }

    @Test
    void aListenerWithAnotherFilterHearsOnlyOfTheDifference() throws Exception {
        var listener = new Recorder();
        directory.present(peer("a", 2, "plc"));
        directory.present(peer("b", 3, "linux"));
        directory.present(peer("c", 4, "windows"));
        dispatch.add(listener, listener, peer -> !peer.info().platform().equals("windows"));
        listener.await(2);
        dispatch.update(listener, peer -> !peer.info().platform().equals("plc"));
        assertThat(listener.await(4)).startsWith("+a", "+b").containsExactlyInAnyOrder("+a", "+b", "-a", "+c");
        dispatch.update(listener, peer -> !peer.info().platform().equals("plc"));
        directory.present(peer("d", 5, "linux"));
        assertThat(listener.await(5)).as("the same again tells nothing").endsWith("+d");
    }

    @Test
    void whoWasAwayWhileTheListenerWasBehindHasLeftAndJoined() {
        Deque<Runnable> later = new ArrayDeque<>();
        var listener = new Recorder();
        var mailbox = new Mailbox(listener, peer -> true, directory::view, later::add);
        directory.present(peer("a", 2));
        mailbox.open();
        later.remove().run();
        directory.present(Peers.since(peer("a", 2), Instant.EPOCH.plusSeconds(1)));
        for (int i = 0; i <= Mailbox.BOUND; i++) {
            mailbox.put(new Directory.Change.Absent(100 + i, "nobody"));
        }
        later.remove().run();
        assertThat(listener.events()).containsExactly("+a", "-a", "+a");
    }

    @Test
    void whatWaitsForAListenerIsBoundedBySizeToo() {
        List<OfferedService> services = Collections.nCopies(32, new OfferedService("web", "http", 80));
        Deque<Runnable> later = new ArrayDeque<>();
        var listener = new Recorder();
        var mailbox = new Mailbox(listener, peer -> true, directory::view, later::add);
        mailbox.open();
        later.remove().run();
        directory.present(peer("last", 2));
        int fit = Mailbox.MOST_SERVICES / 32;
        for (int i = 1; i <= fit + 1; i++) {
            mailbox.put(new Directory.Change.Present(i, Peers.peer("large" + i, 2 + i, services)));
        }
        later.remove().run();
        assertThat(listener.events()).as("brought up to date from what is true").containsExactly("+last");

        for (int i = 1; i <= fit; i++) {
            mailbox.put(new Directory.Change.Present(fit + i, Peers.peer("large" + i, 2 + i, services)));
        }
        later.remove().run();
        assertThat(listener.events()).as("so many have room").hasSize(1 + fit);
    }

    @Test
    void anObjectThatIsTwoServicesHearsByBothFilters() throws Exception {
        var listener = new Recorder();
        dispatch.add(1L, listener, peer -> peer.info().platform().equals("plc"));
        dispatch.add(2L, listener, peer -> peer.info().platform().equals("linux"));
        directory.present(peer("a", 2, "plc"));
        directory.present(peer("b", 3, "linux"));
        assertThat(listener.await(2)).containsExactlyInAnyOrder("+a", "+b");
        dispatch.remove(2L);
        directory.present(peer("c", 4, "linux"));
        directory.present(peer("d", 5, "plc"));
        listener.await(3);
        dispatch.close(STOP);
        // the end tells that those have left of whom it has been told
        assertThat(listener.events()).containsExactlyInAnyOrder("+a", "+b", "+d", "-a", "-d");
    }

    @Test
    void aRemovedListenerIsNotCalledAnyMore() throws Exception {
        var removed = new Recorder();
        var kept = new Recorder();
        dispatch.add(removed, removed, peer -> true);
        dispatch.add(kept, kept, peer -> true);
        directory.present(peer("a", 2));
        removed.await(1);
        dispatch.remove(removed);
        directory.present(peer("b", 3));
        kept.await(2);
        dispatch.close(STOP);
        assertThat(removed.events()).containsExactly("+a");
    }

    @Test
    void atTheEndEveryPeerHasLeftAndNoThreadIsThere() throws Exception {
        var listener = new Recorder();
        dispatch.add(listener, listener, peer -> true);
        directory.snapshot(List.of(peer("a", 2), peer("b", 3)));
        listener.await(2);
        dispatch.close(STOP);
        assertThat(listener.events()).containsExactlyInAnyOrder("+a", "+b", "-a", "-b");
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("mnedc-discovery")) {
                // its executor has ended, and it does so a moment later
                thread.join(TimeUnit.SECONDS.toMillis(10));
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    @Test
    void aListenerThatNeverReturnsIsInterruptedAtTheEnd() throws Exception {
        var entered = new CountDownLatch(1);
        var interrupted = new CountDownLatch(1);
        var stuck = new Recorder() {
            @Override
            public void joined(Peer peer) {
                entered.countDown();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
        };
        dispatch.add(stuck, stuck, peer -> true);
        directory.present(peer("a", 2));
        assertThat(entered.await(60, TimeUnit.SECONDS)).isTrue();
        dispatch.close(Duration.ofMillis(50));
        assertThat(interrupted.await(60, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void eachOfManyListenersEndsWithTheTruthWhileThePeersChange() throws Exception {
        var listeners = IntStream.range(0, 8).mapToObj(i -> new Recorder()).toList();
        for (int i = 0; i < 400; i++) {
            if (i % 50 == 0) {
                dispatch.add(listeners.get(i / 50), listeners.get(i / 50), peer -> true);
            }
            directory.present(peer("d" + i % 7, 2 + i % 7, "v" + i));
            if (i % 3 == 0) {
                directory.absent("d" + (i + 3) % 7);
            }
        }
        var there = directory.view().byDeviceId().keySet();
        directory.present(peer("end", 100));
        for (Recorder listener : listeners) {
            for (int n = 1; !listener.events().contains("+end"); n++) {
                listener.await(n);
            }
            var known = new java.util.TreeSet<String>();
            for (String event : listener.events()) {
                if (event.startsWith("+")) {
                    assertThat(known.add(event.substring(1))).as(event).isTrue();
                } else if (event.startsWith("-")) {
                    assertThat(known.remove(event.substring(1))).as(event).isTrue();
                }
            }
            known.remove("end");
            assertThat(known).containsExactlyInAnyOrderElementsOf(there);
        }
    }
}
