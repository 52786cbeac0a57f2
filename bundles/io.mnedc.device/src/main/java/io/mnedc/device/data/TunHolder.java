package io.mnedc.device.data;

import io.mnedc.api.text.PlainText;
import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunDriver;
import io.mnedc.api.tun.TunException;
import io.mnedc.api.tun.TunObserver;
import io.mnedc.api.tun.TunSettings;
import io.mnedc.api.tun.TunState;
import io.mnedc.device.network.NetworkGuard;
import io.mnedc.transport.BackOff;
import io.mnedc.transport.Scheduler;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the interface: opened at the first lease, kept over reconnects, changed when lease or settings change, tried
 * again when it cannot be had. On the control loop, but for {@link #port}.
 */
public final class TunHolder implements NetworkGuard.Gate {
    private static final Logger LOG = LoggerFactory.getLogger(TunHolder.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** An interface that lived so long was a success; the pauses start again. */
    private static final long SUCCESS = Duration.ofSeconds(5).toNanos();

    /** What others want to know. */
    public interface Events {
        /** It is open, and this is how it is. */
        void tunReady(TunState state);

        /** There is none. */
        void tunFailed(String problem);

        /** {@return the addresses to which packets must go through it; asked by any thread} */
        Iterator<InetAddress> destinations();

        /** {@return the addresses to which none may: where relays are; asked by any thread} */
        Collection<InetAddress> outside();
    }

    private record Open(TunPort port, Uplink uplink, TunSettings asked, long since) {}

    private final TunDriver driver;
    private final Scheduler loop;
    private final Function<TunReader, Uplink> uplinks;
    private final Events events;
    private final BackOff pauses = new BackOff(FIRST_PAUSE, LONGEST_PAUSE, new SplittableRandom());
    private volatile @Nullable Open open;
    private final AtomicLong refusedBefore = new AtomicLong();
    private @Nullable TunSettings wanted;
    private Scheduler.@Nullable Timer retry;
    private @Nullable TunSettings turnedDown;
    private String complaint = "";

    /**
     * What an uplink needs to read an interface.
     *
     * @param device the interface
     * @param failed told if it failed
     */
    public record TunReader(TunDevice device, Consumer<Exception> failed) {}

    /**
     * Nothing is opened before {@link #want}.
     *
     * @param driver opens interfaces
     * @param loop the control loop
     * @param uplinks makes, but does not start, what reads an interface
     * @param events told what happens
     */
    public TunHolder(TunDriver driver, Scheduler loop, Function<TunReader, Uplink> uplinks, Events events) {
        this.driver = driver;
        this.loop = loop;
        this.uplinks = uplinks;
        this.events = events;
    }

    /** {@return the open interface; null if there is none. Any thread} */
    @Nullable
    public TunPort port() {
        Open now = open;
        return now == null ? null : now.port();
    }

    /** {@return packets that the kernel refused since the start. Any thread} */
    public long refused() {
        Open now = open;
        return refusedBefore.get() + (now == null ? 0 : now.port().device().refused());
    }

    /**
     * Says what the interface shall be like. Settings that the driver refuses are reported; those before go on.
     *
     * @param settings from now on
     */
    @Override
    public void want(TunSettings settings) {
        Open now = open;
        cancelRetry();
        // not again at each registration; but a person who sets something else, and then this again, means it
        boolean known = wanted != null && settings.equals(turnedDown);
        if (!known) {
            turnedDown = null;
            wanted = settings;
        }
        if (now == null) {
            openWanted();
        } else if (known || now.asked().equals(settings)) {
            tellReady(now.port().device());
        } else if (now.asked().name().equals(settings.name()) && now.asked().offload() == settings.offload()) {
            configure(now, settings);
        } else {
            replace(now, settings);
        }
    }

    /**
     * There shall be none until the next {@link #want}: its network must not be used.
     *
     * @param problem why
     */
    @Override
    public void refuse(String problem) {
        cancelRetry();
        wanted = null;
        turnedDown = null;
        closeOpen();
        events.tunFailed(problem);
    }

    /**
     * Has the driver look whether this host is in other networks than before. An interface that must not be any more is
     * taken away, and tried again until it may be.
     */
    @Override
    public void recheck() {
        Open now = open;
        if (now == null) {
            return;
        }
        try {
            now.port().device().configure(named(now.port().device(), now.asked()));
        } catch (TunException e) {
            if (e.reason() == TunException.Reason.NETWORK_OVERLAP) {
                closeOpen();
                failed(e);
            } else {
                LOG.debug("Interface {} cannot be checked", now.port().device().name(), e);
            }
        }
    }

    private static TunSettings named(TunDevice device, TunSettings settings) {
        return settings.named(device.name());
    }

    private void configure(Open now, TunSettings settings) {
        TunDevice device = now.port().device();
        try {
            device.configure(named(device, settings));
            open = new Open(now.port(), now.uplink(), settings, now.since());
            tellReady(device);
        } catch (TunException | RuntimeException e) {
            if (settings.addresses().equals(now.asked().addresses())) {
                LOG.error("Interface {} stays as it is: {}", PlainText.of(device.name()), PlainText.of(e));
                turnedDown = settings;
                wanted = now.asked();
                tellReady(device);
            } else {
                // with the addresses of an old lease it is useless
                closeOpen();
                failed(e);
            }
        }
    }

    private void replace(Open before, TunSettings settings) {
        TunSettings old = before.asked();
        TunSettings instead = new TunSettings(
                old.name(), old.mtu(), settings.addresses(), settings.routes(), old.offload(), old.multicast());
        if (!settings.name().equals(before.port().device().name()) && isTaken(settings.name())) {
            LOG.error(
                    "The interface cannot be changed, the old settings go on: there is already an interface named {};"
                            + " choose another name in the setting tun.name",
                    settings.name());
            turnedDown = settings;
            wanted = instead;
            if (instead.equals(old)) {
                tellReady(before.port().device());
            } else {
                configure(before, instead);
            }
            return;
        }
        closeOpen();
        try {
            opened(driver.open(settings), settings);
        } catch (TunException | RuntimeException e) {
            LOG.error("The interface cannot be changed, the old settings go on: {}", PlainText.of(e));
            turnedDown = settings;
            wanted = instead;
            openWanted();
        }
    }

    private static boolean isTaken(String name) {
        try {
            return NetworkInterface.getByName(name) != null;
        } catch (SocketException e) {
            // the driver will tell
            return false;
        }
    }

    private void openWanted() {
        TunSettings settings = wanted;
        if (settings == null || open != null) {
            return;
        }
        try {
            opened(driver.open(settings), settings);
        } catch (TunException e) {
            failed(e);
        } catch (RuntimeException e) {
            LOG.error("The TUN driver failed", e);
            failed(e);
        }
    }

    private void opened(TunDevice device, TunSettings settings) {
        TunPort port = TunPort.of(device);
        device.observe(new Watching(port));
        Uplink uplink = uplinks.apply(new TunReader(device, cause -> ended(port, cause)));
        open = new Open(port, uplink, settings, System.nanoTime());
        uplink.start();
        tellReady(device);
    }

    private void tellReady(TunDevice device) {
        events.tunReady(device.state());
    }

    /** Passes on what the driver sees, on its thread. */
    private final class Watching implements TunObserver {
        private final TunPort port;

        Watching(TunPort port) {
            this.port = port;
        }

        @Override
        public void changed() {
            loop.execute(() -> {
                Open now = open;
                if (now != null && now.port().equals(port)) {
                    tellReady(port.device());
                }
            });
        }

        @Override
        public Iterator<InetAddress> destinations() {
            return events.destinations();
        }

        @Override
        public Collection<InetAddress> outside() {
            return events.outside();
        }
    }

    /** There are other addresses to which packets must go through it, or must not. */
    @Override
    public void destinationsChanged() {
        Open now = open;
        if (now != null) {
            now.port().device().destinationsChanged();
        }
    }

    private void ended(TunPort port, Exception cause) {
        loop.execute(() -> broke(port, cause));
    }

    /** An interface failed or was closed; if not by this object, it is made again. */
    public void broke(TunPort port, Exception cause) {
        Open now = open;
        if (now != null && now.port().equals(port)) {
            closeOpen();
            failed(cause);
        }
    }

    private void failed(Exception cause) {
        String problem = cause instanceof ClosedChannelException ? "the interface was removed" : PlainText.of(cause);
        if (!problem.equals(complaint)) {
            LOG.error("No TUN interface, trying again every {} s: {}", LONGEST_PAUSE.toSeconds(), problem);
            complaint = problem;
        }
        events.tunFailed(problem);
        cancelRetry();
        retry = loop.schedule(pauses.next(), this::openWanted);
    }

    private void cancelRetry() {
        Scheduler.Timer waiting = retry;
        if (waiting != null) {
            waiting.cancel();
            retry = null;
        }
    }

    private void closeOpen() {
        Open now = open;
        if (now == null) {
            return;
        }
        refusedBefore.addAndGet(now.port().device().refused());
        open = null;
        if (System.nanoTime() - now.since() >= SUCCESS) {
            pauses.reset();
            complaint = "";
        }
        now.port().device().close();
        now.uplink().awaitEnd();
    }

    /** Removes the interface, within a second. */
    public void close() {
        cancelRetry();
        wanted = null;
        closeOpen();
    }
}
