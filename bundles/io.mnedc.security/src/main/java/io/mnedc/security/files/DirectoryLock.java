package io.mnedc.security.files;

import io.mnedc.files.DirectoryOwner;
import io.mnedc.files.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other threads and other processes from changing the same files. The system lets go of it when a process dies.
 * Each directory has a lock of its own. It is held for milliseconds, for seconds on a machine that is overloaded: who waits
 * for longer waits for a process that is frozen or broken ({@link LockPatience}), and those behind him do not wait so long
 * again.
 */
public final class DirectoryLock implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** While the last one who tried has waited in vain. */
    private static final Duration LITTLE_PATIENCE = Duration.ofMillis(100);

    private static final long LOOK_AGAIN_MILLIS = 5;
    /** After so many tries it is looked up again which process has the lock. */
    private static final int TRIES = 20;
    /** One for each directory that was ever locked: a relay has three. */
    private static final Map<Path, Threads> DIRECTORIES = new ConcurrentHashMap<>();

    /** A file lock belongs to the whole process, so threads need one of their own. */
    private static final class Threads {
        final ReentrantLock lock = new ReentrantLock();
        volatile boolean stuck;
        volatile String holder = "";
        final AtomicLong turns = new AtomicLong();
    }

    private final FileChannel channel;
    private final ReentrantLock threads;

    private DirectoryLock(FileChannel channel, ReentrantLock threads) {
        this.channel = channel;
        this.threads = threads;
    }

    /**
     * Takes the lock, or waits for it.
     *
     * @throws IOException if somebody else does not let go of it, or the directory cannot be used
     */
    public static DirectoryLock of(Path directory) throws IOException {
        return of(directory, PATIENCE);
    }

    static DirectoryLock of(Path directory, Duration longest) throws IOException {
        DirectoryOwner.check(directory);
        Threads threads = DIRECTORIES.computeIfAbsent(directory.toRealPath(), unused -> new Threads());
        Path file = directory.resolve(".lock");
        Duration patience = threads.stuck ? LITTLE_PATIENCE : longest;
        if (!tryLock(file, threads, patience)) {
            throw new IOException(
                    file + " has been locked by another thread, " + threads.holder + ", for too long: try again");
        }
        threads.holder = Thread.currentThread().getName();
        threads.turns.incrementAndGet();
        boolean locked = false;
        try {
            DirectoryLock lock = new DirectoryLock(locked(file, threads, patience), threads.lock);
            locked = true;
            return lock;
        } finally {
            if (!locked) {
                threads.lock.unlock();
            }
        }
    }

    private static boolean tryLock(Path file, Threads threads, Duration patience) throws IOException {
        try {
            // as long as those before this one come and go
            long turns;
            do {
                turns = threads.turns.get();
                if (threads.lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                    return true;
                }
            } while (threads.turns.get() != turns);
            return false;
        } catch (InterruptedException e) {
            throw interrupted(file, e);
        }
    }

    private static IOException interrupted(Path file, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted while waiting for " + file, cause);
    }

    private static FileChannel locked(Path file, Threads threads, Duration patience) throws IOException {
        FileChannel channel = PrivateFiles.open(file);
        boolean locked = false;
        try {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw new IOException(file + " is not a plain file: remove it");
            }
            await(file, channel, threads, patience);
            locked = true;
            return channel;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    /** Does not block in the system, so that a frozen process elsewhere cannot stop this one for good. */
    private static void await(Path file, FileChannel channel, Threads threads, Duration longest) throws IOException {
        LockPatience patience = new LockPatience(longest, System.nanoTime());
        for (int i = 0; tryLock(channel) == null; i++) {
            if (i % TRIES == 0) {
                LockHolder holder = LockHolder.of(file);
                if (patience.isOver(holder, System.nanoTime())) {
                    threads.stuck = true;
                    throw new IOException(file + " is locked " + holder.words(file));
                }
            }
            try {
                Thread.sleep(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                throw interrupted(file, e);
            }
        }
        threads.stuck = false;
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
            threads.unlock();
        }
    }
}
