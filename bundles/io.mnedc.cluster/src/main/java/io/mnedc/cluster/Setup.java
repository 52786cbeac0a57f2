package io.mnedc.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;

/** Makes the nodes of a store if they are not there: all of them at once. Used by the store's own thread. */
final class Setup {
    private final Link link;
    private final Layout layout;

    Setup(Link link, Layout layout) {
        this.link = link;
        this.layout = layout;
    }

    /**
     * Makes them.
     *
     * @param done called when they are there; not if the connection is lost before
     */
    void make(Runnable done) {
        link.exists(layout.root(), (code, found, stat) -> {
            if (code == Code.OK) {
                done.run();
            } else if (code == Code.NONODE) {
                parent("/mnedc", () -> parent(layout.overlay(), () -> all(done)));
            } else {
                failed(code);
            }
        });
    }

    private void parent(String path, Runnable then) {
        link.create(path, Link.NOTHING, CreateMode.PERSISTENT, orThere(then));
    }

    private void all(Runnable done) {
        List<Op> nodes = new ArrayList<>();
        for (String path : List.of(layout.root(), layout.buckets(), layout.log(), layout.large(), layout.relays())) {
            nodes.add(link.creation(path, Link.NOTHING));
        }
        for (int i = 0; i < Layout.BUCKETS; i++) {
            nodes.add(link.creation(layout.bucket(i), Link.NOTHING));
        }
        // if another relay was faster, then it has made all of them
        Consumer<Code> made = orThere(done);
        link.multi(nodes, (code, results) -> made.accept(code));
    }

    private Consumer<Code> orThere(Runnable then) {
        return code -> {
            if (code == Code.OK || code == Code.NODEEXISTS) {
                then.run();
            } else {
                failed(code);
            }
        };
    }

    private void failed(Code code) {
        link.refused("The nodes of the store " + layout.root() + " cannot be made", code);
    }
}
