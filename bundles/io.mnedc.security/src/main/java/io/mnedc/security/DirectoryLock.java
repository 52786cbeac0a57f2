package io.mnedc.security;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** Keeps other threads and other processes from changing the same files. The system lets go of it when a process dies. */
final class DirectoryLock implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_MILLIS = 5;
    /** A file lock belongs to the whole process, so threads need one of their own; it is held for milliseconds. */
    private static final ReentrantLock THREADS = new ReentrantLock();

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    static DirectoryLock of(Path directory) throws IOException {
        THREADS.lock();
        boolean locked = false;
        try {
            DirectoryLock lock = new DirectoryLock(open(directory));
            locked = true;
            return lock;
        } finally {
            if (!locked) {
                THREADS.unlock();
            }
        }
    }

    private static FileChannel open(Path directory) throws IOException {
        Path file = directory.resolve(".lock");
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                PrivateFiles.attributes(directory, "rw-------"));
        boolean locked = false;
        try {
            PrivateFiles.giveToOwnerOf(directory, file);
            await(file, channel);
            locked = true;
            return channel;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Does not block in the system, so that a frozen process elsewhere cannot stop this one for good. */
    private static void await(Path file, FileChannel channel) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (tryLock(channel) == null) {
            if (System.nanoTime() - end > 0) {
                throw new IOException(file + " has been locked by another process for " + PATIENCE.toSeconds()
                        + " s: see with  fuser " + file + "  who it is");
            }
            try {
                Thread.sleep(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while waiting for " + file, e);
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // the same bundle in another class loader of this process, as during an update
            return null;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            THREADS.unlock();
        }
    }
}
