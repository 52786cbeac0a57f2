package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Part;
import java.util.ArrayList;
import java.util.List;

/** Cuts long lists of changes into announcements that fit in a message. */
public final class Announcements {
    /** Announcement header and message type, generously. */
    private static final int RESERVE = 64;

    private Announcements() {}

    /**
     * Makes the announcements of a snapshot.
     *
     * @param nodes everybody, as {@link Change.Present}
     * @param sequence the first announcement's number
     * @return at least one announcement
     */
    public static List<Announce> snapshot(List<? extends Change> nodes, long sequence) {
        List<List<Change>> pages = pages(nodes);
        List<Announce> announcements = new ArrayList<>(pages.size());
        for (int i = 0; i < pages.size(); i++) {
            boolean first = i == 0;
            boolean last = i == pages.size() - 1;
            Part part = first
                    ? last ? Part.SNAPSHOT_WHOLE : Part.SNAPSHOT_BEGIN
                    : last ? Part.SNAPSHOT_END : Part.SNAPSHOT_MORE;
            announcements.add(new Announce(sequence + i, part, pages.get(i)));
        }
        return announcements;
    }

    /**
     * Makes the announcements of changes.
     *
     * @param changes in order
     * @param sequence the first announcement's number
     * @return as many announcements as it takes; none if there is no change
     */
    public static List<Announce> delta(List<? extends Change> changes, long sequence) {
        if (changes.isEmpty()) {
            return List.of();
        }
        List<List<Change>> pages = pages(changes);
        List<Announce> announcements = new ArrayList<>(pages.size());
        for (int i = 0; i < pages.size(); i++) {
            announcements.add(new Announce(sequence + i, Part.DELTA, pages.get(i)));
        }
        return announcements;
    }

    private static List<List<Change>> pages(List<? extends Change> changes) {
        List<List<Change>> pages = new ArrayList<>();
        List<Change> page = new ArrayList<>();
        pages.add(page);
        int size = RESERVE;
        for (Change change : changes) {
            RecordWriter records = new RecordWriter();
            NodeRecords.write(change, records);
            if (size + records.size() > Protocol.MAX_MESSAGE && !page.isEmpty()) {
                page = new ArrayList<>();
                pages.add(page);
                size = RESERVE;
            }
            page.add(change);
            size += records.size();
        }
        return pages;
    }
}
