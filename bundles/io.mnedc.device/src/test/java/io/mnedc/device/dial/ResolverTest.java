package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.settings.RelayAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that are known, unknown or hang. */
@Timeout(60)
class ResolverTest {
    private static final RelayAddress HOSTILE = RelayAddress.parse("srv:hostile.example");
    private static final RelayAddress OTHER = RelayAddress.parse("srv:other.example");

    private final CountDownLatch hanging = new CountDownLatch(1);
    private final AtomicInteger lookUps = new AtomicInteger();
    private final Semaphore begun = new Semaphore(0);
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<List<InetSocketAddress>> found = new LinkedBlockingQueue<>();
    private final Resolver resolver = new Resolver(this::lookUp);

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        lookUps.incrementAndGet();
        threads.add(Thread.currentThread());
        begun.release();
        if (host.startsWith("hangs")) {
            try {
                hanging.await();
            } catch (InterruptedException e) {
                throw new UnknownHostException(host);
            }
        }
        if (host.startsWith("unknown")) {
            throw new UnknownHostException(host);
        }
        return InetAddress.getAllByName(host.startsWith("fd") ? host : "10.0.0.7");
    }

    @AfterEach
    void end() {
        hanging.countDown();
        resolver.close();
    }

    private void ask(String host) {
        ask(Place.of(new RelayAddress(host, 3334)));
    }

    private void ask(Place place) {
        resolver.resolve(place, Runnable::run, found::add);
    }

    private static Place found(RelayAddress search, String host) {
        return new Place(search, host, 3334);
    }

    private List<String> answer() throws InterruptedException {
        List<InetSocketAddress> next = found.poll(30, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next.stream().map(InetSocketAddress::toString).toList();
    }

    @Test
    void nameThatHangsHoldsUpNoOther() throws Exception {
        ask("hangs.example");
        ask("known.example");
        assertThat(answer()).containsExactly("/10.0.0.7:3334");
        ask("unknown.example");
        assertThat(answer()).isEmpty();
    }

    @Test
    void nameThatHangsIsAskedForOnceWhateverTheNumberOfRounds() throws Exception {
        for (int round = 0; round < 100; round++) {
            ask("hangs.example");
        }
        hanging.countDown();
        assertThat(answer()).containsExactly("/10.0.0.7:3334");
        assertThat(lookUps).hasValue(1);
    }

    @Test
    void foundNamesThatAllHangHoldUpNoConfiguredNameAndNoneOfAnotherSearch() throws Exception {
        for (int name = 0; name < 1_000; name++) {
            ask(found(HOSTILE, "hangs" + name + ".example"));
        }
        // the hostile search may have named it, too
        ask(found(HOSTILE, "known.example"));
        ask("known.example");
        assertThat(answer()).containsExactly("/10.0.0.7:3334");
        ask(found(OTHER, "known.example"));
        assertThat(answer()).containsExactly("/10.0.0.7:3334");
    }

    @Test
    void ofManyNamesThatHangTheOldestAreDropped() throws Exception {
        for (int name = 0; name < 1_000; name++) {
            ask(found(HOSTILE, "hangs" + name + ".example"));
        }
        ask(found(HOSTILE, "fd00::7"));
        assertThat(answer()).containsExactly("/[fd00:0:0:0:0:0:0:7]:3334");
        ask(found(HOSTILE, "known.example"));
        hanging.countDown();
        // those under way, those that waited, and the last one, which has pushed out the oldest of them
        int most = LookUps.MOST_THREADS + LookUps.MOST_QUEUED;
        for (int name = 0; name < most; name++) {
            assertThat(answer()).containsExactly("/10.0.0.7:3334");
        }
        assertThat(lookUps).hasValue(most);
        assertThat(threads).hasSizeLessThanOrEqualTo(LookUps.MOST_THREADS);
        ask(found(HOSTILE, "hangs4.example"));
        assertThat(answer()).containsExactly("/10.0.0.7:3334");
    }

    @Test
    void nothingIsLookedUpAfterTheEnd() throws Exception {
        for (int name = 0; name < LookUps.MOST_THREADS; name++) {
            ask(found(HOSTILE, "hangs" + name + ".example"));
            ask("hangs" + name + ".example");
        }
        assertThat(begun.tryAcquire(2 * LookUps.MOST_THREADS, 30, TimeUnit.SECONDS))
                .isTrue();
        resolver.close();
        for (Thread each : threads) {
            each.join();
        }
        ask(found(HOSTILE, "known.example"));
        ask(found(OTHER, "known.example"));
        ask("known.example");
        // those that were under way
        for (int name = 0; name < 2 * LookUps.MOST_THREADS; name++) {
            assertThat(answer()).isEmpty();
        }
        assertThat(found.poll(200, TimeUnit.MILLISECONDS)).isNull();
        assertThat(lookUps).hasValue(2 * LookUps.MOST_THREADS);
    }

    @Test
    void addressNeedsNoThreadEvenWhileAllNamesHang() throws Exception {
        for (int name = 0; name < 20; name++) {
            ask("hangs" + name + ".example");
        }
        ask("10.0.0.7");
        assertThat(answer()).containsExactly("/10.0.0.7:3334");
        ask("fd00::1");
        assertThat(answer()).containsExactly("/[fd00:0:0:0:0:0:0:1]:3334");
    }
}
