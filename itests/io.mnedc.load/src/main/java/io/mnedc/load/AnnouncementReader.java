package io.mnedc.load;

import io.mnedc.codec.Part;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * Reads announcements straight into a {@link Roll}, without making objects: a crowd of ten thousand is told a hundred
 * million times of a device, and one JVM has to listen to it all. Records as in docs/PROTOCOL.md, section 3.
 */
final class AnnouncementReader {
    /** By their numbers. */
    private static final List<Part> PARTS =
            List.of(Part.DELTA, Part.SNAPSHOT_BEGIN, Part.SNAPSHOT_MORE, Part.SNAPSHOT_END, Part.SNAPSHOT_WHOLE);

    private static final int ANNOUNCE = 6;
    private static final int DEVICE_ID = 1;
    private static final int SEQUENCE = 21;
    private static final int PART = 22;
    private static final int PRESENT = 23;
    private static final int ABSENT = 24;
    private static final int TYPE = 2;
    private static final int HEAD = 4;

    private AnnouncementReader() {}

    /** Whether a message, without its length, is an announcement. */
    static boolean isAnnouncement(ByteBuf in, int at) {
        return in.getUnsignedShort(at) == ANNOUNCE;
    }

    /** Reads an announcement from its type to its end. */
    static void read(ByteBuf in, int from, int to, Roll roll) {
        // the head is written first; who writes it elsewhere is read by the whole decoder
        int sequence = from + TYPE;
        int part = sequence + HEAD + Long.BYTES;
        expect(in, sequence, SEQUENCE);
        expect(in, part, PART);
        Part kind = PARTS.get(in.getUnsignedByte(part + HEAD));
        roll.begin(in.getLong(sequence + HEAD), kind);
        for (int at = part + HEAD + 1; at < to; at += HEAD + in.getUnsignedShort(at + 2)) {
            int tag = in.getUnsignedShort(at);
            if (tag == PRESENT) {
                int id = at + HEAD;
                expect(in, id, DEVICE_ID);
                roll.present(number(in, id));
            } else if (tag == ABSENT) {
                roll.absent(number(in, at));
            }
        }
        roll.end(kind);
    }

    private static void expect(ByteBuf in, int at, int tag) {
        if (in.getUnsignedShort(at) != tag) {
            throw new IllegalStateException("record " + in.getUnsignedShort(at) + " where " + tag + " is expected");
        }
    }

    /** The number at the end of a device ID such as d-00042, which a record holds. */
    private static int number(ByteBuf in, int record) {
        int end = record + HEAD + in.getUnsignedShort(record + 2);
        int number = 0;
        for (int at = record + HEAD + LoadDevice.PREFIX.length(); at < end; at++) {
            number = number * 10 + in.getByte(at) - '0';
        }
        return number;
    }
}
