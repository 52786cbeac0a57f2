package io.mnedc.names.system;

import io.mnedc.api.text.PlainText;
import io.mnedc.files.DirectoryOwner;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes blocks that this device has left in hosts files. A list of its own tells where one may be, and under which ID: a killed
 * device may start again with other settings, and an ID that is made of the host's name may be another one. By one thread at a time.
 */
public final class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final String NAME = "hosts-blocks";
    private static final int MOST_BYTES = 1 << 20;
    /** So many can only come together if the hosts files cannot be written, and each has another ID. */
    private static final int MOST = 16;

    private record Block(Path hosts, String owner) {}

    private final @Nullable Path directory;
    private @Nullable List<Block> known;

    /**
     * Reads nothing yet.
     *
     * @param directory where the list is kept, which is made when it is needed; null: there is none that outlives this process
     */
    public Leftovers(@Nullable Path directory) {
        this.directory = directory;
    }

    /** Removes all blocks of the list. Those that cannot be removed stay in it; that is logged, with the cure. */
    public void remove() {
        List<Block> before = known();
        if (before.isEmpty()) {
            return;
        }
        become(before.stream().filter(block -> !isRemoved(block, true)).toList());
    }

    /**
     * Removes a block that may be there although it is not in the list, and temporary files beside the hosts file. Where nothing is
     * left, the hosts file is only read.
     *
     * @param hosts the hosts file
     * @param owner the device ID
     */
    public void remove(Path hosts, String owner) {
        isRemoved(new Block(hosts, owner), false);
    }

    /**
     * Puts a block into the list, before it is in the hosts file.
     *
     * @param hosts the hosts file
     * @param owner the device ID
     */
    public void add(Path hosts, String owner) {
        List<Block> all = new ArrayList<>(known());
        Block block = new Block(hosts, owner);
        if (all.contains(block)) {
            return;
        }
        if (all.size() == MOST) {
            Block oldest = all.remove(0);
            LOG.warn(
                    "The block of the device {} in {} could never be removed, and is not tried any more: remove it by hand",
                    oldest.owner(),
                    oldest.hosts());
        }
        all.add(block);
        become(all);
    }

    /** {@return whether it certainly is not there any more} */
    private static boolean isRemoved(Block block, boolean certain) {
        HostsHook hook = new HostsHook(block.hosts(), block.owner(), System::nanoTime);
        hook.removeAbandoned();
        try {
            if (!hook.isThere()) {
                return true;
            }
        } catch (IOException e) {
            String problem = PlainText.of(e);
            if (certain) {
                LOG.warn("This device has left something: {}", problem);
            } else {
                // most often nothing is left, so this is no warning
                LOG.info("If an earlier run of this device was killed, {}", problem);
            }
            return false;
        }
        try {
            hook.undo();
            LOG.info("removed the block of the device {} that was left in {}", block.owner(), block.hosts());
            return true;
        } catch (IOException e) {
            LOG.warn(
                    "What an earlier run of this device has left in {} cannot be removed: {}",
                    block.hosts(),
                    PlainText.of(e));
            return false;
        }
    }

    private List<Block> known() {
        List<Block> list = known;
        if (list == null) {
            list = read();
            known = list;
        }
        return list;
    }

    private List<Block> read() {
        Path place = directory;
        if (place == null || !Files.exists(place.resolve(NAME))) {
            return List.of();
        }
        List<Block> read = new ArrayList<>();
        Path file = place.resolve(NAME);
        try {
            DirectoryOwner.check(place);
            String text = new String(PrivateFiles.read(file, MOST_BYTES), StandardCharsets.US_ASCII);
            for (String line : text.lines().limit(MOST).toList()) {
                read.add(block(line));
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn(
                    "Blocks that this device may have left in hosts files are not known: {} cannot be read ({}); look for lines"
                            + " \"# BEGIN MNEDC\" in hosts files that it has had, and remove this file",
                    file,
                    PlainText.of(e));
        }
        return List.copyOf(read);
    }

    private static Block block(String line) {
        String[] words = line.split(" ", -1);
        Path hosts = words.length == 2 ? Path.of(URLDecoder.decode(words[1], StandardCharsets.UTF_8)) : Path.of("");
        if (!hosts.isAbsolute()) {
            throw new IllegalArgumentException("a line is not an ID and an absolute path");
        }
        return new Block(hosts, URLDecoder.decode(words[0], StandardCharsets.UTF_8));
    }

    private static String line(Block block) {
        return URLEncoder.encode(block.owner(), StandardCharsets.UTF_8) + " "
                + URLEncoder.encode(block.hosts().toString(), StandardCharsets.UTF_8) + "\n";
    }

    private void become(List<Block> now) {
        if (now.equals(known)) {
            return;
        }
        known = List.copyOf(now);
        Path place = directory;
        if (place == null) {
            return;
        }
        try {
            Path file = place.resolve(NAME);
            if (now.isEmpty()) {
                PrivateFiles.delete(file);
                return;
            }
            PrivateFiles.directory(place);
            String text = now.stream().map(Leftovers::line).collect(Collectors.joining());
            PrivateFiles.write(file, text.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            LOG.warn(
                    "If this device is killed, its block in the hosts file goes only with the same device.id and hosts.file: the list"
                            + " of such blocks cannot be written: {}",
                    PlainText.of(e));
        }
    }
}
