package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where a {@link RelayRace} is run: the network and its time, or a test's. */
interface RaceTrack {
    /** An attempt under way. */
    interface Runner extends Connection {
        /** {@return whether it is connected and something was sent that does not arrive} */
        boolean stuck();
    }

    /** What an attempt tells. */
    interface Progress {
        /** TCP is connected; TLS begins. */
        void connected();

        /** TLS is complete, or there is none: the runner can be handed on now. */
        void ready(Runner runner);

        /** It is over. */
        void failed(@Nullable Throwable cause);
    }

    /** Begins an attempt. */
    Runner start(Target target, Progress progress);

    /** {@return the most data in a segment to this address, or {@link Paths#USUAL}} */
    int segment(InetSocketAddress address);

    /** Looks up a name; tells all addresses, none if it is not known. */
    void lookUp(Place place, Consumer<List<InetSocketAddress>> found);

    /** Finds the hosts of a relay that is not given by its name. */
    void find(RelayAddress relay, Consumer<Finders.Finding> found);

    /** Runs a task later. {@return leaves it out} */
    Runnable later(long nanos, Runnable task);

    /** {@return the time as of {@link System#nanoTime}} */
    long now();
}
