package io.mnedc.cluster.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.admin.ZooKeeperAdmin;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the ensemble's list of servers right, one change at a time: each relay sees to its own place in it, and the relay whose server leads
 * sees to those that were removed, and to who votes. Used by one thread.
 */
final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final long LOST_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int PATIENCE = 3;
    private static final Pattern VERSION = Pattern.compile("(?m)^version=([0-9a-f]{1,16})$");
    private static final List<String> OPEN_AT_FIRST =
            List.of("/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota");

    /** What was done or found. */
    enum Step {
        /** All is as it should be, as far as this relay sees to it. */
        WELL,
        /** Something was changed, or should be and cannot be now. */
        CHANGING,
        /** Another relay of the overlay says that it is where this one says it is. */
        TAKEN,
        /** This relay was removed from the overlay. */
        REMOVED
    }

    private final ServerEntry own;
    private final EnsembleServer server;
    private final ZooKeeperAdmin admin;
    private final Map<Integer, Long> absentSince = new HashMap<>();
    private List<ServerEntry> agreed = List.of();
    private boolean closedToOthers;
    /** How often this server was not in the list, one look after the other. */
    private int absent;

    /**
     * Begins to connect.
     *
     * @param own where the server of this relay is
     * @throws IOException if it cannot begin
     */
    Membership(ServerEntry own, EnsembleServer server) throws IOException {
        this.own = own;
        this.server = server;
        this.admin = Clients.admin(server.clientAddress());
    }

    /**
     * Looks, and changes one thing if need be.
     *
     * @param removed the numbers of the servers that are to go from the ensemble
     * @param removedSelf whether this relay was removed from the overlay
     * @param known whether the shared store says that this relay is one of the overlay, so that it may take its place
     * @param now of {@link System#nanoTime}
     * @throws KeeperException if it cannot be now
     */
    Step step(Set<Integer> removed, boolean removedSelf, boolean known, long now)
            throws KeeperException, InterruptedException {
        if (removedSelf) {
            return leave(removed);
        }
        if (!server.serves()) {
            return Step.CHANGING;
        }
        String list = list();
        agreed = ServerEntry.all(list);
        List<ServerEntry> servers = agreed;
        Optional<ServerEntry> mine = mine(servers);
        if (mine.isEmpty() || !mine.get().samePlace(own)) {
            // what removes it may be on its way
            absent++;
            if (own.isTakenIn(servers)) {
                return Step.TAKEN;
            }
            if (!known || absent < PATIENCE) {
                return Step.CHANGING;
            }
            boolean votes = mine.map(ServerEntry::voter).orElseGet(() -> Voters.votes(servers));
            change(list, own.voting(votes).line(), "");
            LOG.info("the server {} takes its place in the ensemble as number {}", own.address(), own.number());
            return Step.CHANGING;
        }
        absent = 0;
        Set<Integer> present = server.led();
        if (present.isEmpty()) {
            absentSince.clear();
            return Step.WELL;
        }
        protect();
        return lead(list, servers, removed, present, now);
    }

    /** {@return the servers, as the last step has found them} */
    List<ServerEntry> servers() {
        return agreed;
    }

    private String list() throws KeeperException, InterruptedException {
        return new String(admin.getConfig(false, new Stat()), StandardCharsets.US_ASCII);
    }

    private Optional<ServerEntry> mine(List<ServerEntry> servers) {
        return servers.stream().filter(each -> each.number() == own.number()).findFirst();
    }

    private Step leave(Set<Integer> removed) throws KeeperException, InterruptedException {
        // if this server leads, nobody else can remove it
        if (!server.led().isEmpty()) {
            String list = list();
            List<ServerEntry> servers = ServerEntry.all(list);
            boolean others = servers.stream().anyMatch(each -> each.voter() && !removed.contains(each.number()));
            if (mine(servers).isPresent() && others) {
                change(list, "", String.valueOf(own.number()));
            }
        }
        return Step.REMOVED;
    }

    private Step lead(String list, List<ServerEntry> servers, Set<Integer> removed, Set<Integer> present, long now)
            throws KeeperException, InterruptedException {
        for (ServerEntry each : servers) {
            if (removed.contains(each.number())) {
                change(list, "", String.valueOf(each.number()));
                LOG.info("the server {} with number {} was removed from the ensemble", each.address(), each.number());
                return Step.CHANGING;
            }
        }
        List<ServerEntry> next = Voters.next(servers, present, lost(servers, present, now));
        if (!next.isEmpty()) {
            change(list, next.stream().map(ServerEntry::line).collect(Collectors.joining(",")), "");
            next.forEach(each -> LOG.info(
                    "the server {} of the ensemble {}",
                    each.address(),
                    each.voter() ? "votes from now on" : "only learns from now on"));
            return Step.CHANGING;
        }
        return Step.WELL;
    }

    private Set<Integer> lost(List<ServerEntry> servers, Set<Integer> present, long now) {
        Set<Integer> lost = new HashSet<>();
        absentSince.keySet().removeAll(present);
        for (ServerEntry each : servers) {
            if (!present.contains(each.number())
                    && now - absentSince.computeIfAbsent(each.number(), number -> now) > LOST_NANOS) {
                lost.add(each.number());
            }
        }
        return lost;
    }

    /** A change that is based on another list than the present one is refused. */
    private void change(String list, String joining, String leaving) throws KeeperException, InterruptedException {
        Matcher version = VERSION.matcher(list);
        long from = version.find() ? Long.parseUnsignedLong(version.group(1), 16) : -1;
        admin.reconfigure(
                joining.isEmpty() ? null : joining, leaving.isEmpty() ? null : leaving, null, from, new Stat());
    }

    /** What is there before the store is made: nobody else may read it, or put nodes beside the store's. */
    private void protect() throws KeeperException, InterruptedException {
        if (!closedToOthers) {
            for (String path : OPEN_AT_FIRST) {
                if (!admin.getACL(path, new Stat()).equals(Superuser.NOBODY_ELSE)) {
                    admin.setACL(path, Superuser.NOBODY_ELSE, -1);
                }
            }
            closedToOthers = true;
        }
    }

    @Override
    public void close() {
        Clients.close(admin);
    }
}
