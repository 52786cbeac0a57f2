package io.mnedc.lab;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/** A real disk, a small one, at a directory: full, read-only, or with room again. */
public final class SmallDisk implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(30);
    private static final String FILLER = "filler";

    private final Path place;
    private final Path disk;

    private SmallDisk(Path place, Path disk) {
        this.place = place;
        this.disk = disk;
    }

    /** Mounts one of a megabyte, with room. */
    public static SmallDisk at(Path place) throws IOException {
        return at(place, 1);
    }

    /** Mounts one of so many megabytes, with room. */
    public static SmallDisk at(Path place, int megabytes) throws IOException {
        Files.createDirectories(place);
        Path disk = Files.createDirectories(place.resolveSibling(place.getFileName() + ".disk"));
        run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m,mode=700", "tmpfs", disk.toString());
        // what is read-only is the disk, not this mount: hosts of the lab have copies of the mounts
        run("mount", "--bind", disk.toString(), place.toString());
        return new SmallDisk(place, disk);
    }

    private static void run(String... command) {
        Command.run(BOUND, "", List.of(command)).orThrow();
    }

    public Path place() {
        return place;
    }

    /** Leaves not one block. */
    public void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(place.resolve(FILLER))) {
            byte[] block = new byte[4096];
            while (true) {
                out.write(block);
            }
        } catch (IOException full) {
            if (Files.size(place.resolve(FILLER)) == 0) {
                throw full;
            }
        }
    }

    public void makeRoom() throws IOException {
        Files.delete(place.resolve(FILLER));
    }

    public void readOnly() {
        run("mount", "-o", "remount,ro", disk.toString());
    }

    public void writable() {
        run("mount", "-o", "remount,rw", disk.toString());
    }

    /** Puts a file there that only its owner reads. */
    public void put(String name, String text) throws IOException {
        Path file = Files.writeString(place.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    @Override
    public void close() {
        // lazily: a process that is being killed may hold a file still
        run("umount", "-l", place.toString());
        run("umount", "-l", disk.toString());
    }
}
