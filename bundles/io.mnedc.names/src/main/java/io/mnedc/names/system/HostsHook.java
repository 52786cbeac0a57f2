package io.mnedc.names.system;

import io.mnedc.api.text.PlainText;
import io.mnedc.names.system.HostsFile.Stamp;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A block with all names in the hosts file. A change is written at once, but a further one only after a pause. */
final class HostsHook implements Hook {
    private static final int TRIES = 3;
    /** Between two writes: each makes others read the whole file again, and wears the flash memory. */
    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private final HostsFile file;
    private final HostsBlock block;
    private final LongSupplier clock;
    private List<Wanted.Host> told = List.of();
    private @Nullable Stamp seen;
    /** When the block was written last; null: not yet. */
    private @Nullable Long written;

    /**
     * Changes nothing yet.
     *
     * @param file absolute
     * @param owner the device ID
     * @param clock in nanoseconds
     */
    HostsHook(Path file, String owner, LongSupplier clock) {
        this(new HostsFile(file, HostsFile.Disk.REAL), owner, clock);
    }

    HostsHook(HostsFile file, String owner, LongSupplier clock) {
        this.file = file;
        this.block = new HostsBlock(owner);
        this.clock = clock;
    }

    @Override
    public String apply(Wanted wanted) throws IOException {
        Long last = written;
        if (last != null && clock.getAsLong() - last < PAUSE) {
            return "";
        }
        if (!wanted.hosts().equals(told) || !file.stamp().equals(seen)) {
            if (last == null) {
                file.removeAbandoned();
            }
            if (put(block.lines(wanted.hosts()))) {
                written = clock.getAsLong();
            }
            told = wanted.hosts();
        }
        return "";
    }

    @Override
    public void undo() throws IOException {
        told = List.of();
        seen = null;
        written = null;
        if (isThere()) {
            put(List.of());
        }
    }

    /**
     * {@return whether there is a file with something of this device in it}
     *
     * @throws IOException if it cannot be read, so that nobody knows
     */
    boolean isThere() throws IOException {
        try {
            return block.isIn(file.read());
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new IOException(
                    "a block of this device may be in " + file + ", which cannot be read (" + PlainText.of(e)
                            + "): remove it by hand, with its two lines that name the device",
                    e);
        }
    }

    /** Removes temporary files of killed runs. */
    void removeAbandoned() {
        file.removeAbandoned();
    }

    @Override
    public String what() {
        return "by a block in " + file;
    }

    /** {@return whether the file had to be written} */
    private boolean put(List<String> lines) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Stamp before = file.stamp();
            String text = file.read();
            String next;
            try {
                next = block.put(text, lines);
            } catch (IOException e) {
                throw new IOException(file + " " + e.getMessage(), e);
            }
            if (next.equals(text)) {
                seen = before;
                return false;
            }
            Stamp after = file.replace(before, next);
            if (after != null) {
                seen = after;
                return true;
            }
        }
        throw new IOException(file + " is being changed by another program: it is tried again");
    }
}
