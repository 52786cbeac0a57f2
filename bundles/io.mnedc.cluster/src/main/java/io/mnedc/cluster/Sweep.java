package io.mnedc.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;

/**
 * Removes what relays that were killed have left behind: their registers and their entries of the log. One that was only thought to be
 * dead gets another register; see {@link Register#replace}. Used by the store's own thread.
 */
final class Sweep {
    private final Link link;
    private final Layout layout;
    private final Register register;
    private final Duration dead;

    /**
     * Does nothing yet.
     *
     * @param dead so long after its last transaction a register without a session is removed
     */
    Sweep(Link link, Layout layout, Register register, Duration dead) {
        this.link = link;
        this.layout = layout;
        this.register = register;
        this.dead = dead;
    }

    /** Begins; what fails is done the next time. */
    void begin() {
        // times of the servers, never of this host
        link.getData(register.path(), (code, data, own) -> {
            if (own != null) {
                long now = Math.max(own.getCtime(), own.getMtime());
                list(layout.relays(), ids -> ids.forEach(id -> removeDead(layout.relay(id), now)));
                // before the registers: so whose register is not there then has none any more
                list(
                        layout.log(),
                        log -> list(
                                layout.large(),
                                large -> list(layout.relays(), ids -> {
                                    Set<String> there = new HashSet<>(ids);
                                    orphans(log, there).forEach(each -> link.delete(layout.log() + "/" + each));
                                    orphans(large, there).forEach(each -> link.delete(layout.large() + "/" + each));
                                })));
            }
        });
    }

    private void list(String path, Consumer<List<String>> names) {
        link.getChildren(path, (code, found, stat) -> {
            if (code == Code.OK && found != null) {
                names.accept(found);
            }
        });
    }

    private void removeDead(String path, long now) {
        link.exists(path, (code, found, stat) -> {
            if (stat != null && stat.getNumChildren() == 0 && now - stat.getMtime() > dead.toMillis()) {
                // refused by the server if its relay has come back meanwhile: then it has a child
                link.delete(path);
            }
        });
    }

    private static List<String> orphans(List<String> entries, Set<String> ids) {
        List<String> orphans = new ArrayList<>(entries);
        orphans.removeIf(each -> ids.contains(each.substring(0, Math.max(0, each.indexOf('-')))));
        return orphans;
    }
}
