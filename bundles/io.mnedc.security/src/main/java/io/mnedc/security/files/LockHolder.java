package io.mnedc.security.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The process that has locked a file, as Linux tells it, and a sign of its life: the processor time that it has had. Elsewhere,
 * and where the holder is in another container, nobody is known.
 *
 * @param pid 0 if it is not known
 * @param stopped whether it has been stopped, as by SIGSTOP or a debugger
 * @param ticks of the processor that it has used
 */
record LockHolder(long pid, boolean stopped, long ticks) {
    static final LockHolder UNKNOWN = new LockHolder(0, false, 0);

    // proc(5): fields of /proc/PID/stat behind the name
    private static final int STATE = 0;
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    static LockHolder of(Path file) {
        try {
            String inode = ":" + Files.getAttribute(file, "unix:ino");
            try (Stream<String> locks = Files.lines(Path.of("/proc/locks"))) {
                return locks.map(line -> line.trim().split("\\s+"))
                        // 1: POSIX ADVISORY WRITE pid device:inode start end
                        .filter(words -> words.length > 5 && words[1].equals("POSIX") && words[5].endsWith(inode))
                        .findFirst()
                        .map(words -> now(Long.parseLong(words[4])))
                        .orElse(UNKNOWN);
            }
        } catch (IOException | RuntimeException e) {
            // not Linux, or nobody may look
            return UNKNOWN;
        }
    }

    private static LockHolder now(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return new LockHolder(
                    pid,
                    fields[STATE].equalsIgnoreCase("t"),
                    Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]));
        } catch (IOException | RuntimeException e) {
            return UNKNOWN;
        }
    }

    boolean known() {
        return pid > 0;
    }

    /** Whether it is the same process as before and has done nothing since. */
    boolean asStillAs(LockHolder before) {
        return equals(before);
    }

    /** Who it is and what can be done, as the end of a sentence about a lock file. */
    String words(Path file) {
        if (!known()) {
            return "by another process and has been for a while: see with  fuser " + file + "  who it is";
        }
        String who = pid == ProcessHandle.current().pid()
                ? "by another part of this process, " + pid + ","
                : "by another process, " + pid + " (see with  ps " + pid + "  what it is),";
        return who
                + (stopped
                        ? " which has been stopped: let it go on with  kill -CONT " + pid + "  or end it"
                        : " for too long: if it hangs, end it");
    }
}
