package io.mnedc.itests.relays;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.itests.relays.checker.Checker;
import io.mnedc.itests.relays.checker.Clients;
import io.mnedc.itests.relays.checker.Event;
import io.mnedc.itests.relays.checker.Event.Enrolled;
import io.mnedc.itests.relays.checker.Event.Revoked;
import io.mnedc.itests.relays.checker.Event.Welcomed;
import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Seed;
import io.mnedc.lab.junit.NeedsLab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Devices join, come and are revoked at any relay while faults happen at random; afterwards the {@link Checker} looks at all that was
 * acknowledged. A longer run: {@code -Dmnedc.rounds=100}; the same again: {@code -Dmnedc.seed=N}.
 */
@ExtendWith(NeedsLab.class)
@SuppressWarnings("NullAway.Init") // each run begins with start
class RandomFaultsTest {
    private static final int ROUNDS = Integer.getInteger("mnedc.rounds", 5);
    private static final Duration GRACE = Duration.ofMillis(Long.getLong("mnedc.grace", 10_000));
    private static final List<Fault> FAULTS = List.of(Fault.values());
    private static final String END = "end";
    private static final int TOKENS_PER_ROUND = 3;
    private static final long SHORTEST_FAULT = TimeUnit.SECONDS.toNanos(1);
    private static final long LONGEST_FAULT = TimeUnit.SECONDS.toNanos(6);

    private final List<Event> done = Collections.synchronizedList(new ArrayList<>());
    /** A relay that is cut off takes its time to answer. */
    private final ExecutorService commands = Executors.newCachedThreadPool();

    private Path directory;
    private Random random;
    private Relays relays;
    private Path tokens;
    private LabProcess clients;
    private int made;

    private void start(boolean serversInside) throws IOException {
        directory = NeedsLab.directory(RandomFaultsTest.class)
                .toAbsolutePath()
                .resolve(serversInside ? "inside" : "beside");
        random = Seed.random(RandomFaultsTest.class);
        String keepalive = "keepalive.millis=L\"1000\"";
        relays = serversInside ? Relays.startAlone(directory, keepalive) : Relays.start(directory, keepalive);
        if (serversInside) {
            for (int number = 2; number <= Relays.COUNT; number++) {
                relays.giveKey(number);
            }
        }
        tokens = Files.createDirectories(directory.resolve("tokens"));
        clients = start(relays.lab().host("c"));
    }

    @AfterEach
    void stop() {
        commands.shutdownNow();
        if (relays != null) {
            relays.close();
        }
    }

    @ParameterizedTest(name = "servers inside the relays: {0}")
    @ValueSource(booleans = {true, false})
    void whatWasAcknowledgedHolds(boolean serversInside) throws Exception {
        start(serversInside);
        for (int round = 1; round <= ROUNDS; round++) {
            Fault fault = FAULTS.get(random.nextInt(FAULTS.size()));
            long begin = System.nanoTime();
            done.addAll(fault.happen(relays, random, this::meanwhile));
            relays.awaitLinked();
            System.out.printf("round %d: %s, %d ms%n", round, fault, (System.nanoTime() - begin) / 1_000_000);
        }
        commands.shutdown();
        assertThat(commands.awaitTermination(3, TimeUnit.MINUTES)).isTrue();
        Files.createFile(directory.resolve(END));
        clients.awaitLog(Pattern.compile("^done$"), Duration.ofMinutes(3));
        check();
    }

    private LabProcess start(Host host) {
        List<String> arguments = new ArrayList<>(
                List.of(tokens.toString(), directory.resolve(END).toString(), Long.toString(random.nextLong())));
        relays.all().forEach(relay -> arguments.add(relay.host().address()));
        LabProcess started = host.start(Clientele.command(Clients.class, arguments));
        started.awaitLog(Pattern.compile("^ready$"), Duration.ofMinutes(1));
        return started;
    }

    /** While a fault lasts: tokens are made and devices are revoked, at relays that may or may not be able to. */
    private void meanwhile() {
        long end = System.nanoTime() + random.nextLong(SHORTEST_FAULT, LONGEST_FAULT);
        for (int i = 0; i < TOKENS_PER_ROUND; i++) {
            makeToken();
        }
        revoke();
        LockSupport.parkNanos((end - System.nanoTime()) / 2);
        revoke();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private void makeToken() {
        RelayProcess relay = relays.relay(1 + random.nextInt(Relays.COUNT));
        Remote agent = Remote.in(relay.process());
        String name = "t" + ++made;
        commands.execute(() -> {
            try {
                String token =
                        String.join("", agent.call("token", "1", relay.host().address() + ":3334"));
                write(name, token);
            } catch (LabException e) {
                // this relay cannot now
            }
        });
    }

    /** A file for the clients, which is there as a whole or not at all. */
    private void write(String name, String text) {
        try {
            Path whole = Files.writeString(directory.resolve(name), text);
            Files.move(whole, tokens.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LabException("no file for the clients", e);
        }
    }

    private void revoke() {
        List<String> enrolled = events(clients.log()).stream()
                .filter(Enrolled.class::isInstance)
                .map(event -> ((Enrolled) event).device())
                .toList();
        if (enrolled.isEmpty()) {
            return;
        }
        String device = enrolled.get(random.nextInt(enrolled.size()));
        write(Clients.SUSPECT + device, "");
        Remote agent = Remote.in(relays.relay(1 + random.nextInt(Relays.COUNT)).process());
        commands.execute(() -> {
            try {
                agent.call("administration", "revoke", device, "by-chance");
                done.add(new Revoked(System.nanoTime(), device));
            } catch (LabException e) {
                // not acknowledged
            }
        });
    }

    private static List<Event> events(List<String> log) {
        return log.stream()
                .filter(line -> line.matches("[WE] .*"))
                .map(Event::parse)
                .toList();
    }

    private void check() throws IOException {
        List<Event> history = new ArrayList<>(events(clients.log()));
        long welcomes = history.stream().filter(Welcomed.class::isInstance).count();
        long enrolments = history.stream().filter(Enrolled.class::isInstance).count();
        history.addAll(List.copyOf(done));
        Files.write(
                directory.resolve("history"), history.stream().map(Event::line).toList());
        long revocations = history.stream().filter(Revoked.class::isInstance).count();
        Checker.Verdict verdict = new Checker(GRACE, Map.of()).check(history);
        System.out.printf(
                "%d rounds: %d tokens, %d enrolments, %d welcomes, %d revocations; revoked devices let in at most %d ms"
                        + " after the acknowledgement, and %d times by relays that could not know%n",
                ROUNDS, made, enrolments, welcomes, revocations, verdict.lagMillis(), verdict.excused());
        assertThat(verdict.violations()).isEmpty();
        assertThat(clients.log()).noneMatch(line -> line.startsWith("LOST "));
        assertThat(enrolments).isPositive();
        assertThat(welcomes).isGreaterThan(enrolments);
        assertThat(revocations).isPositive();
    }
}
