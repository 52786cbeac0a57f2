package io.mnedc.device.network;

import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.text.PlainText;
import io.mnedc.device.settings.NetworkText;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The virtual network that this device has taken on, in the file {@code network} of its data directory: it outlives
 * restarts. A person who deletes the file, or writes another network into it, has decided. On the control loop; written by
 * another thread.
 */
final class KnownNetwork {
    /** The file's name. */
    static final String FILE = "network";

    private static final Logger LOG = LoggerFactory.getLogger(KnownNetwork.class);
    private static final int MOST = 4096;

    private final Executor writer;
    private @Nullable Path directory;
    private @Nullable VirtualNetwork network;
    private String problem = "";
    private boolean onDisk;

    /** Writes that are not on the disk yet: until then the file is no news. */
    private int writing;

    /**
     * Nothing is read yet.
     *
     * @param writer what writes to the disk is run by it, in turn
     */
    KnownNetwork(Executor writer) {
        this.writer = writer;
    }

    /**
     * Looks at the file.
     *
     * @param where the data directory; null: nothing is kept on a disk
     */
    void read(@Nullable Path where) {
        if (writing > 0 || where == null) {
            return;
        }
        if (!where.equals(directory)) {
            directory = where;
            network = null;
            onDisk = false;
        }
        try {
            String text = new String(PrivateFiles.read(where.resolve(FILE), MOST), StandardCharsets.US_ASCII);
            network = NetworkText.parse(text.strip());
            onDisk = true;
            problem = "";
        } catch (NoSuchFileException e) {
            // what could not be written is known all the same
            network = onDisk ? null : network;
            onDisk = false;
            problem = "";
        } catch (IOException | IllegalArgumentException e) {
            problem = "the file " + where.resolve(FILE)
                    + ", which says what virtual network this device is in, cannot be" + " read (" + PlainText.of(e)
                    + "): mend it, or delete it to take the network that the relay announces";
        }
    }

    /** {@return why the file cannot be read; empty if it can, or is not there} */
    String problem() {
        return problem;
    }

    /** {@return what was taken on; null: nothing yet} */
    @Nullable
    VirtualNetwork network() {
        return network;
    }

    /**
     * Takes a network on.
     *
     * @param loop the control loop
     */
    void remember(VirtualNetwork taken, Executor loop) {
        network = taken;
        problem = "";
        Path where = directory;
        if (where == null) {
            return;
        }
        change(loop, () -> {
            try {
                PrivateFiles.directory(where);
                PrivateFiles.write(
                        where.resolve(FILE), (NetworkText.text(taken) + "\n").getBytes(StandardCharsets.US_ASCII));
                return true;
            } catch (IOException e) {
                LOG.warn(
                        "The virtual network {} cannot be remembered in {}, so after a restart another one would be"
                                + " taken as the first: {}",
                        NetworkText.text(taken),
                        where.resolve(FILE),
                        PlainText.of(e));
                return false;
            }
        });
    }

    /**
     * Forgets it: this device has joined again.
     *
     * @param loop the control loop
     */
    void forget(Executor loop) {
        network = null;
        problem = "";
        Path where = directory;
        if (where != null) {
            change(loop, () -> {
                try {
                    Files.deleteIfExists(where.resolve(FILE));
                } catch (IOException e) {
                    LOG.warn("{} cannot be deleted: {}", where.resolve(FILE), PlainText.of(e));
                }
                return false;
            });
        }
    }

    private void change(Executor loop, BooleanSupplier task) {
        writing++;
        writer.execute(() -> {
            boolean there = task.getAsBoolean();
            loop.execute(() -> {
                writing--;
                onDisk = there;
            });
        });
    }
}
