package io.mnedc.itests.relays;

import io.mnedc.itests.relays.checker.Event;
import io.mnedc.itests.relays.checker.Event.Apart;
import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** What is done to relays and servers in a round: it begins, lasts for a while, and is mended. */
enum Fault {
    /** A relay is killed, and started again. */
    RELAY_KILLED {
        @Override
        List<Event> happen(Relays relays, Random random, Runnable meanwhile) {
            int number = any(random);
            relays.relay(number).kill();
            meanwhile.run();
            relays.startAgain(number);
            return List.of();
        }
    },
    /** A relay and the server beside it reach no other relay and server. */
    RELAY_APART {
        @Override
        List<Event> happen(Relays relays, Random random, Runnable meanwhile) {
            int number = any(random);
            // another relay may be connected to that server, and knows nothing new until it has found another one
            return apart(relays, 0, () -> {
                Partition.during(relays.relay(number).host(), others(relays, number), meanwhile);
            });
        }
    },
    /** The link between two relays is cut; one of them may lose its server by it, too. */
    LINK_CUT {
        @Override
        List<Event> happen(Relays relays, Random random, Runnable meanwhile) {
            int number = any(random);
            Host other = others(relays, number).get(random.nextInt(Relays.COUNT - 1));
            return apart(relays, 0, () -> {
                Partition.during(relays.relay(number).host(), List.of(other), meanwhile);
            });
        }
    },
    /** A relay stands still. */
    RELAY_FROZEN {
        @Override
        List<Event> happen(Relays relays, Random random, Runnable meanwhile) {
            int number = any(random);
            return apart(relays, number, () -> {
                signal(relays.relay(number), "STOP");
                meanwhile.run();
                signal(relays.relay(number), "CONT");
            });
        }
    },
    /** A server of the ensemble is killed, its leader in half of the cases; with its relay, if it is inside. */
    SERVER_KILLED {
        @Override
        List<Event> happen(Relays relays, Random random, Runnable meanwhile) {
            if (relays.serversInside()) {
                return RELAY_KILLED.happen(relays, random, meanwhile);
            }
            List<Ensemble.Server> servers = relays.ensemble().servers();
            Ensemble.Server server = random.nextBoolean()
                    ? relays.ensemble().awaitLeader()
                    : servers.get(random.nextInt(servers.size()));
            return apart(relays, 0, () -> {
                server.kill();
                meanwhile.run();
                server.start();
                relays.ensemble().awaitAll();
            });
        }
    },
    /** All servers are killed, with their relays if they are inside, and started again in any order. */
    ALL_SERVERS_KILLED {
        @Override
        List<Event> happen(Relays relays, Random random, Runnable meanwhile) {
            if (relays.serversInside()) {
                return apart(relays, 0, () -> {
                    List<Integer> numbers = new ArrayList<>();
                    for (int i = 1; i <= Relays.COUNT; i++) {
                        relays.relay(i).kill();
                        numbers.add(i);
                    }
                    meanwhile.run();
                    Collections.shuffle(numbers, random);
                    numbers.forEach(relays::startAgain);
                });
            }
            List<Ensemble.Server> servers = new ArrayList<>(relays.ensemble().servers());
            return apart(relays, 0, () -> {
                servers.forEach(Ensemble.Server::kill);
                meanwhile.run();
                Collections.shuffle(servers, random);
                servers.forEach(Ensemble.Server::start);
                relays.ensemble().awaitAll();
            });
        }
    },
    /** Nothing: what is promised holds then, too. */
    NONE {
        @Override
        List<Event> happen(Relays relays, Random random, Runnable meanwhile) {
            meanwhile.run();
            return List.of();
        }
    };

    private static final Duration BOUND = Duration.ofMinutes(2);

    /**
     * Has it happen, and mends it.
     *
     * @param meanwhile what is done while it lasts
     * @return which relays could not know of the others, and when
     */
    abstract List<Event> happen(Relays relays, Random random, Runnable meanwhile);

    private static int any(Random random) {
        return 1 + random.nextInt(Relays.COUNT);
    }

    static List<Host> others(Relays relays, int number) {
        List<Host> hosts = new ArrayList<>();
        for (int i = 1; i <= Relays.COUNT; i++) {
            if (i != number) {
                hosts.add(relays.relay(i).host());
            }
        }
        return hosts;
    }

    /** A fault that may keep a relay, or with 0 all of them, from the store: until each of them says that it reaches it. */
    private static List<Event> apart(Relays relays, int number, Runnable fault) {
        long begin = System.nanoTime();
        fault.run();
        for (int i = 1; i <= Relays.COUNT; i++) {
            awaitStore(relays.relay(i));
        }
        return List.of(new Apart(begin, System.nanoTime(), number));
    }

    /** Until a relay has the present state: what it makes now is in the store. */
    private static void awaitStore(RelayProcess relay) {
        String[] last = {""};
        Waits.until(() -> relay.name() + " reaches the store; at last: " + last[0], BOUND, () -> {
            if (!relay.process().isAlive()) {
                return true;
            }
            try {
                Remote.in(relay.process()).call("commits", "1", "1");
                return true;
            } catch (LabException e) {
                last[0] = e.getMessage() + " " + e.getCause();
                return false;
            }
        });
    }

    private static void signal(RelayProcess relay, String signal) {
        relay.host()
                .exec("kill", "-" + signal, Long.toString(relay.process().pid()))
                .orThrow();
    }
}
