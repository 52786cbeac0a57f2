package io.mnedc.device.control;

import io.mnedc.api.text.HostPort;
import io.mnedc.api.text.PlainText;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Place;
import io.mnedc.device.dial.Target;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relays that have worked, and the address of each that did. The last one is in the file {@code relay} of the data
 * directory, so that it is tried first after a restart, too. It is only a hint: a relay that is neither configured nor told any more is
 * not tried. On the control loop; written by another thread.
 */
public final class GoodRelays {
    /** The file's name. */
    static final String FILE = "relay";

    private static final Logger LOG = LoggerFactory.getLogger(GoodRelays.class);
    private static final int MOST = 1024;
    private static final int MOST_GOOD = 256;

    private final Executor writer;
    private final Supplier<@Nullable Path> directory;
    private final Map<RelayAddress, Target> good = new HashMap<>();
    private @Nullable Target last;
    private boolean recalled;

    /**
     * Nothing is read yet.
     *
     * @param writer what writes to the disk is run by it, in turn
     * @param directory the data directory; null: nothing is kept on a disk
     */
    public GoodRelays(Executor writer, Supplier<@Nullable Path> directory) {
        this.writer = writer;
        this.directory = directory;
    }

    /** {@return the one that has worked last; null: none has} */
    @Nullable
    RelayAddress last() {
        recall();
        Target now = last;
        return now == null ? null : now.relay();
    }

    /** {@return what has worked, by relay} */
    Map<RelayAddress, Target> targets() {
        return good;
    }

    /** These are the relays from now on. */
    void retain(Collection<RelayAddress> relays) {
        good.keySet().removeIf(relay -> !relay.isTold() && !relays.contains(relay));
    }

    /** The device is registered there. */
    void worked(Target target) {
        recalled = true;
        if (good.size() >= MOST_GOOD) {
            // those that were told may be others again and again
            good.keySet().removeIf(RelayAddress::isTold);
        }
        Target before = last;
        last = target;
        good.put(target.relay(), target);
        Path where = directory.get();
        if (where != null && (before == null || !text(before).equals(text(target)))) {
            writer.execute(() -> write(where, text(target)));
        }
    }

    private static void write(Path directory, String text) {
        try {
            PrivateFiles.directory(directory);
            PrivateFiles.write(directory.resolve(FILE), (text + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            LOG.info(
                    "Which relay worked last cannot be written to {}, so it is not tried first after a restart: {}",
                    directory.resolve(FILE),
                    PlainText.of(e));
        }
    }

    private void recall() {
        Path where = directory.get();
        if (recalled || where == null) {
            return;
        }
        recalled = true;
        try {
            Target read =
                    parse(new String(PrivateFiles.read(where.resolve(FILE), MOST), StandardCharsets.US_ASCII).strip());
            last = read;
            good.put(read.relay(), read);
        } catch (NoSuchFileException e) {
            LOG.debug("no relay has worked yet", e);
        } catch (IOException | IllegalArgumentException e) {
            // the next relay that works replaces it
            LOG.info("Which relay worked last cannot be read: {}", PlainText.of(e));
        }
    }

    /** {@return three words: the relay as it is configured, host and port, address and port} */
    static String text(Target target) {
        InetSocketAddress address = target.address();
        return target.relay() + " " + target.place().hostPort() + " "
                + HostPort.text(address.getAddress().getHostAddress(), address.getPort());
    }

    /**
     * Reads what {@link #text} writes.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Target parse(String text) {
        String[] words = text.split(" ", -1);
        if (words.length != 3) {
            throw new IllegalArgumentException("\"" + PlainText.of(text) + "\" is not relay, host and address");
        }
        RelayAddress relay = RelayAddress.remembered(words[0]);
        RelayAddress host = RelayAddress.host(words[1]);
        RelayAddress address = RelayAddress.host(words[2]);
        return new Target(
                new Place(relay, host.host(), host.port()),
                new InetSocketAddress(literal(address.host()), address.port()),
                Paths.USUAL);
    }

    private static InetAddress literal(String host) {
        return Place.literal(host).orElseThrow(() -> new IllegalArgumentException("\"" + host + "\" is no address"));
    }
}
