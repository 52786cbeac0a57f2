package io.mnedc.health;

import io.mnedc.api.notice.Notice;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What components have to say now. Thread-safe. */
final class Notices {
    private final List<Notice> present = new CopyOnWriteArrayList<>();

    void add(Notice notice) {
        present.add(notice);
    }

    void remove(Notice notice) {
        present.remove(notice);
    }

    /** {@return what those of some PIDs say} */
    List<Notice> of(String... pids) {
        List<String> wanted = List.of(pids);
        return present.stream().filter(notice -> wanted.contains(notice.pid())).toList();
    }
}
