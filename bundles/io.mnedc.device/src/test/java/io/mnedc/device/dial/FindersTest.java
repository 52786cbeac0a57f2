package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.finder.RelayFinder.Found;
import io.mnedc.device.settings.RelayAddress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes of a service that finds relays: it may be missing, wrong, or hang. */
@Timeout(60)
class FindersTest {
    private static final RelayAddress SRV = RelayAddress.parse("srv:Example.org.");
    private static final RelayAddress LAN = RelayAddress.parse("lan");

    private final CountDownLatch hanging = new CountDownLatch(1);
    private final BlockingQueue<Finders.Finding> findings = new LinkedBlockingQueue<>();
    private final Finders finders = new Finders(this::service);
    private volatile @Nullable RelayFinder present;

    private @Nullable RelayFinder service(String kind) {
        return present;
    }

    @AfterEach
    void end() {
        hanging.countDown();
        finders.close();
    }

    private Finders.Finding find(RelayAddress relay) throws InterruptedException {
        finders.find(relay, Runnable::run, findings::add);
        Finders.Finding finding = findings.poll(30, TimeUnit.SECONDS);
        assertThat(finding).isNotNull();
        return finding;
    }

    @Test
    void bundleThatIsMissingIsNamed() throws Exception {
        assertThat(find(SRV).problem()).isEqualTo("srv needs the bundle io.mnedc.finder, which is not there");
        assertThat(find(LAN).problem()).isEqualTo("lan needs the bundle io.mnedc.finder, which is not there");
        // it may come later
        present = (domain, limit) -> List.of(new Found(domain, 1));
        assertThat(find(SRV)).isEqualTo(new Finders.Finding(List.of(new Found("example.org", 1)), ""));
    }

    @Test
    void reasonIsPassedOn() throws Exception {
        present = (domain, limit) -> {
            throw new IOException("the DNS has no SRV records");
        };
        assertThat(find(SRV)).isEqualTo(new Finders.Finding(List.of(), "the DNS has no SRV records"));
    }

    @Test
    void onlyHostsWithPortsAreTakenAndNotTooMany() throws Exception {
        present = (domain, limit) -> List.of(
                new Found("bad host", 1),
                new Found("", 1),
                new Found("a.example", 0),
                new Found("a.example", 65_536),
                new Found("[", 1),
                new Found("ok.example", 1),
                new Found("ok.example", 1),
                new Found("fe80::1%eth0", 2));
        assertThat(find(LAN).places()).containsExactly(new Found("ok.example", 1), new Found("fe80::1%eth0", 2));
        List<Found> many = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            many.add(new Found("h" + i, 1));
        }
        present = (domain, limit) -> many;
        assertThat(find(LAN).places()).isEqualTo(many.subList(0, RelayFinder.MOST));
        present = (domain, limit) -> List.of(new Found("-", 1));
        assertThat(find(LAN).problem()).isNotEmpty();
    }

    @Test
    void serviceThatFailsIsLikeOneThatFindsNothing() throws Exception {
        present = (domain, limit) -> {
            throw new IllegalStateException("a fault");
        };
        assertThat(find(LAN).places()).isEmpty();
    }

    @Test
    void finderThatHangsIsAskedOnceAndHoldsUpNoOther() throws Exception {
        List<String> asked = new ArrayList<>();
        present = new RelayFinder() {
            @Override
            public List<Found> find(String domain, Duration limit) throws InterruptedException {
                synchronized (asked) {
                    asked.add(domain);
                }
                if (!domain.isEmpty()) {
                    hanging.await();
                }
                return List.of(new Found("a", 1));
            }
        };
        for (int round = 0; round < 50; round++) {
            finders.find(SRV, Runnable::run, findings::add);
        }
        assertThat(find(LAN).places()).hasSize(1);
        hanging.countDown();
        assertThat(findings.poll(30, TimeUnit.SECONDS)).isNotNull();
        synchronized (asked) {
            assertThat(asked).containsExactlyInAnyOrder("example.org", "");
        }
    }
}
