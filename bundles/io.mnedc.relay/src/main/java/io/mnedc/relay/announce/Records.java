package io.mnedc.relay.announce;

import io.mnedc.codec.Announcements;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Records of changes, cut into pages that fit in a message. Receivers share the bytes; each leaves out what is about itself.
 * Immutable once it is built.
 */
final class Records {
    /** Nothing to tell. */
    static final Records NONE = new Builder().build();

    private record Place(int page, int at, int length) {}

    private final List<byte[]> pages;
    private final Map<String, Place> places;

    private Records(List<byte[]> pages, Map<String, Place> places) {
        this.pages = pages;
        this.places = places;
    }

    int pages() {
        return pages.size();
    }

    /** How many bytes a page has for a receiver. */
    int size(int page, String receiver) {
        Place own = places.get(receiver);
        return pages.get(page).length - (own != null && own.page == page ? own.length : 0);
    }

    /** Adds what a page has for a receiver. */
    void add(int page, String receiver, List<ByteBuffer> to) {
        byte[] bytes = pages.get(page);
        Place own = places.get(receiver);
        if (own == null || own.page != page) {
            to.add(ByteBuffer.wrap(bytes));
            return;
        }
        int behind = own.at + own.length;
        to.add(ByteBuffer.wrap(bytes, 0, own.at));
        to.add(ByteBuffer.wrap(bytes, behind, bytes.length - behind));
    }

    /** Puts records together; at most one about each device. */
    static final class Builder {
        private final List<byte[]> pages = new ArrayList<>();
        private final Map<String, Place> places = new HashMap<>();
        private final ByteArrayOutputStream page = new ByteArrayOutputStream();

        void add(String about, byte[] record) {
            if (page.size() + record.length > Announcements.MOST_RECORDS) {
                turn();
            }
            places.put(about, new Place(pages.size(), page.size(), record.length));
            page.writeBytes(record);
        }

        private void turn() {
            pages.add(page.toByteArray());
            page.reset();
        }

        Records build() {
            if (page.size() > 0) {
                turn();
            }
            return new Records(pages, places);
        }
    }
}
