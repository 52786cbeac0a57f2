package io.mnedc.device.dial;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.device.dial.SimulatedNetwork.Behaviour;
import io.mnedc.device.settings.RelayAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SRV records that name hosts whose DNS never answers. The time is simulated; names are looked up by the real threads. */
@Timeout(60)
class HostileFoundNamesTest extends InSimulatedTime {
    private final CountDownLatch hanging = new CountDownLatch(1);
    private final BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();
    private final Resolver resolver = new Resolver(this::lookUp);

    private InetAddress[] lookUp(String host) throws UnknownHostException {
        if (!host.equals(ONE.host())) {
            try {
                hanging.await();
            } catch (InterruptedException e) {
                throw new UnknownHostException(host);
            }
        }
        return new InetAddress[] {InetAddress.getByName("10.0.0.1")};
    }

    @AfterEach
    void end() {
        hanging.countDown();
        resolver.close();
    }

    private void namesHang(int round) {
        network.finds(
                SRV,
                20,
                IntStream.range(0, 16)
                        .mapToObj(host -> "h" + host + ".r" + round + ".example")
                        .toArray(String[]::new));
    }

    @Test
    void configuredNameIsLookedUpInItsTurnWhateverFoundNamesHang() throws Exception {
        network.behaves("10.0.0.1", Behaviour.good(20));
        namesHang(0);
        race(new RealNames(), SRV);
        network.passUntil(() -> events.contains("exhausted"));
        assertThat(network.asked).hasSize(1 + 16);
        for (int round = 1; round < 10; round++) {
            namesHang(round);
            network.forget("10.0.0.1");
            network.asked.clear();
            events.clear();
            race(new RealNames(), SRV, ONE);
            network.pass(2_000);
            assertThat(network.asked).endsWith(ONE);
            Runnable answer = answers.poll(30, TimeUnit.SECONDS);
            assertThat(answer).as("the answer for %s in round %s", ONE, round).isNotNull();
            answer.run();
            network.pass(60);
            assertThat(events).endsWith("won 10.0.0.1");
        }
    }

    /** The simulated network; but names are looked up by the resolver of a device. */
    private final class RealNames implements RaceTrack {
        @Override
        public void lookUp(Place place, Consumer<List<InetSocketAddress>> found) {
            network.asked.add(new RelayAddress(place.host(), place.port()));
            resolver.resolve(place, answers::add, found);
        }

        @Override
        public Runner start(Target target, Progress progress) {
            return network.start(target, progress);
        }

        @Override
        public int segment(InetSocketAddress address) {
            return network.segment(address);
        }

        @Override
        public void find(RelayAddress relay, Consumer<Finders.Finding> found) {
            network.find(relay, found);
        }

        @Override
        public Runnable later(long nanos, Runnable task) {
            return network.later(nanos, task);
        }

        @Override
        public long now() {
            return network.now();
        }
    }
}
