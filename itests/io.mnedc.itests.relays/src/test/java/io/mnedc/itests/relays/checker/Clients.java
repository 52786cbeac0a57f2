package io.mnedc.itests.relays.checker;

import io.mnedc.codec.ErrorCode;
import io.mnedc.itests.relays.checker.Event.Enrolled;
import io.mnedc.itests.relays.checker.Event.Welcomed;
import io.mnedc.itests.relays.checker.LightDevice.Refused;
import io.mnedc.security.JoinToken;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Many light devices: two contend for each join token, at the same time and at any relays; whoever got in visits relays at random from then
 * on, whether it is revoked or not. Each acknowledgement is a line of the output. When the end has begun, each device that was
 * welcomed before is to be welcomed once more, or to be told that it is revoked.
 */
public final class Clients {
    /** The name of a file that says that a device is about to be revoked begins with it: that device comes all the time then. */
    public static final String SUSPECT = "suspect-";

    private static final int WORKERS = 8;
    private static final long SUSPECTED = TimeUnit.SECONDS.toNanos(8);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(40);
    private static final long LAST_VISITS = TimeUnit.SECONDS.toNanos(60);

    /** A relay answers a token that is used up only after a while, which grows: who has lost gives up after so many more attempts. */
    private static final int LAST_TRIES = 2;

    /** A device that is to use a token, and how often still after another one has used it. */
    private record Try(LightDevice device, JoinToken token, String name, int left) {}

    private final List<InetSocketAddress> relays;
    private final Path tokens;
    private final Random random;
    private final Set<String> known = new HashSet<>();
    private final Map<String, Long> suspects = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    private final Deque<Try> tries = new ArrayDeque<>();
    private final List<LightDevice> free = new ArrayList<>();
    private final Deque<LightDevice> last = new ArrayDeque<>();
    private boolean ending;
    private int busy;

    private Clients(List<InetSocketAddress> relays, Path tokens, long seed) {
        this.relays = relays;
        this.tokens = tokens;
        random = new Random(seed);
    }

    /** Arguments: a directory of join tokens to which more come, the file whose existence begins the end, a seed, addresses of relays. */
    public static void main(String[] args) throws Exception {
        List<InetSocketAddress> relays = new ArrayList<>();
        for (String address : List.of(args).subList(3, args.length)) {
            relays.add(new InetSocketAddress(address, 3334));
        }
        Clients clients = new Clients(relays, Path.of(args[0]), Long.parseLong(args[2]));
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < WORKERS; i++) {
            Thread worker = new Thread(clients::work, "client-" + i);
            // the others wait for what it was doing, for ever
            worker.setUncaughtExceptionHandler((thread, fault) -> {
                fault.printStackTrace();
                System.exit(1);
            });
            worker.start();
            workers.add(worker);
        }
        say("ready");
        while (!Files.exists(Path.of(args[1]))) {
            clients.lookForTokens();
            LockSupport.parkNanos(PAUSE);
        }
        clients.end();
        for (Thread worker : workers) {
            worker.join();
        }
        say("done");
    }

    private static synchronized void say(String line) {
        System.out.println(line);
    }

    private void lookForTokens() throws IOException, GeneralSecurityException {
        try (var files = Files.list(tokens)) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (!known.add(name)) {
                    continue;
                }
                if (name.startsWith(SUSPECT)) {
                    suspect(name.substring(SUSPECT.length()));
                    continue;
                }
                JoinToken token = JoinToken.parse(Files.readString(file).strip());
                for (String twin : List.of("x", "y")) {
                    add(new Try(new LightDevice(name + twin, random.nextLong()), token, name, LAST_TRIES));
                }
            }
        }
    }

    private synchronized void suspect(String device) {
        suspects.put(device, System.nanoTime());
    }

    private synchronized void add(Try one) {
        tries.add(one);
    }

    private synchronized void end() {
        ending = true;
        last.addAll(free);
        free.clear();
    }

    /** What is to be done next: a try, a device to visit with, or nothing now. Null: there is nothing more to do. */
    private synchronized @Nullable Object next() {
        Object job = tries.poll();
        if (job == null && ending) {
            job = last.poll();
        } else if (job == null && !free.isEmpty()) {
            job = free.remove(random.nextBoolean() ? suspect() : random.nextInt(free.size()));
        }
        if (job != null) {
            busy++;
            return job;
        }
        return ending && busy == 0 ? null : this;
    }

    /** The place of a device that is about to be revoked, or was just now; or of any other. */
    private int suspect() {
        long now = System.nanoTime();
        for (int i = 0; i < free.size(); i++) {
            Long since = suspects.get(free.get(i).id());
            if (since != null && now - since < SUSPECTED) {
                return i;
            }
        }
        return random.nextInt(free.size());
    }

    private synchronized void give(Object job, boolean again) {
        busy--;
        if (job instanceof Try one && again) {
            int left = one.left() - (used.contains(one.name()) ? 1 : 0);
            if (left > 0) {
                tries.add(new Try(one.device(), one.token(), one.name(), left));
            }
        } else {
            LightDevice device = job instanceof Try one ? one.device() : (LightDevice) job;
            if (device.enrolled()) {
                if (job instanceof Try one) {
                    used.add(one.name());
                }
                (ending && !(job instanceof LightDevice) ? last : free).add(device);
            }
        }
    }

    private synchronized int relay() {
        return random.nextInt(relays.size());
    }

    private synchronized boolean isEnding() {
        return ending;
    }

    private void work() {
        for (Object job = next(); job != null; job = next()) {
            if (job == this) {
                LockSupport.parkNanos(PAUSE);
            } else if (job instanceof Try one) {
                give(job, !enrol(one));
            } else if (isEnding()) {
                visitToTheEnd((LightDevice) job);
                give(job, false);
            } else {
                visit((LightDevice) job);
                give(job, false);
                LockSupport.parkNanos(PAUSE);
            }
        }
    }

    /** Whether it is clear what came of it. */
    private boolean enrol(Try one) {
        int relay = relay();
        try {
            one.device().enrol(relays.get(relay), one.token());
            say(new Enrolled(System.nanoTime(), one.device().id(), one.name()).line());
            return true;
        } catch (Refused e) {
            say("# enrol " + one.device().id() + " at " + (relay + 1) + ": " + e.getMessage());
            return e.is(ErrorCode.JOIN_USED) || e.is(ErrorCode.JOIN_EXPIRED) || e.is(ErrorCode.REVOKED);
        } catch (IOException | GeneralSecurityException e) {
            say("# enrol " + one.device().id() + " at " + (relay + 1) + ": " + e);
            return false;
        } finally {
            LockSupport.parkNanos(PAUSE);
        }
    }

    /** Whether it was welcomed, or heard that it is revoked. */
    private boolean visit(LightDevice device) {
        int relay = relay();
        long begin = System.nanoTime();
        try {
            int node = device.visit(relays.get(relay));
            say(new Welcomed(begin, System.nanoTime(), device.id(), relay + 1, node).line());
            return true;
        } catch (Refused e) {
            boolean revoked = e.is(ErrorCode.REVOKED);
            if (!revoked) {
                say("# visit " + device.id() + " at " + (relay + 1) + ": " + e.getMessage());
            }
            return revoked;
        } catch (IOException e) {
            say("# visit " + device.id() + " at " + (relay + 1) + ": " + e);
            return false;
        }
    }

    private void visitToTheEnd(LightDevice device) {
        long end = System.nanoTime() + LAST_VISITS;
        while (!visit(device)) {
            if (System.nanoTime() > end) {
                say("LOST " + device.id());
                return;
            }
            LockSupport.parkNanos(PAUSE);
        }
    }
}
