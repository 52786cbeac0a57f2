package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.settings.RelayAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Names that are known, unknown or hang. */
@Timeout(60)
class ResolverTest {
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final AtomicInteger lookUps = new AtomicInteger();
    private final BlockingQueue<List<InetSocketAddress>> found = new LinkedBlockingQueue<>();
    private final Resolver resolver = new Resolver(this::lookUp);

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        lookUps.incrementAndGet();
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
        resolver.resolve(Place.of(new RelayAddress(host, 3334)), Runnable::run, found::add);
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
