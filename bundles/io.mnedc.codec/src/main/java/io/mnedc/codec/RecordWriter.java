package io.mnedc.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes tag-length-value records into an array that grows up to the largest message. */
final class RecordWriter {
    private static final int MOST_VALUE = 0xffff;

    private byte[] bytes = new byte[256];
    private int size;

    RecordWriter() {}

    private ByteBuffer reserve(int more) {
        if (size + more > Protocol.MAX_MESSAGE) {
            throw new IllegalArgumentException(
                    "records of " + (size + more) + " bytes are over a message's " + Protocol.MAX_MESSAGE);
        }
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
        ByteBuffer out = ByteBuffer.wrap(bytes, size, more);
        size += more;
        return out;
    }

    private ByteBuffer record(Tag tag, int length) {
        if (length > MOST_VALUE) {
            throw new IllegalArgumentException(tag + " of " + length + " bytes is over " + MOST_VALUE);
        }
        return reserve(4 + length).putShort((short) tag.number).putShort((short) length);
    }

    private static void checkRange(Tag tag, int value, int most) {
        if (value < 0 || value > most) {
            throw new IllegalArgumentException(tag + " " + value + " is not in 0.." + most);
        }
    }

    RecordWriter int8(Tag tag, int value) {
        checkRange(tag, value, 0xff);
        record(tag, Byte.BYTES).put((byte) value);
        return this;
    }

    /** A small number; nothing for zero. */
    RecordWriter optionalInt8(Tag tag, int value) {
        return value == 0 ? this : int8(tag, value);
    }

    RecordWriter int16(Tag tag, int value) {
        checkRange(tag, value, 0xffff);
        record(tag, Short.BYTES).putShort((short) value);
        return this;
    }

    RecordWriter int32(Tag tag, int value) {
        record(tag, Integer.BYTES).putInt(value);
        return this;
    }

    RecordWriter int64(Tag tag, long value) {
        record(tag, Long.BYTES).putLong(value);
        return this;
    }

    private RecordWriter bytes(Tag tag, byte[] value, int least, int most) {
        if (value.length < least || value.length > most) {
            throw new IllegalArgumentException(tag + " of " + value.length + " bytes is not in " + least + ".." + most);
        }
        record(tag, value.length).put(value);
        return this;
    }

    RecordWriter opaque(Tag tag, Opaque value, int least, int most) {
        return bytes(tag, value.bytes(), least, most);
    }

    RecordWriter text(Tag tag, String value, int most) {
        return bytes(tag, Texts.printable(value).getBytes(StandardCharsets.UTF_8), 0, most);
    }

    /** A record for each text. */
    RecordWriter texts(Tag tag, List<String> values, int most, int mostBytes) {
        if (values.size() > most) {
            throw new IllegalArgumentException(values.size() + " of " + tag + " are over " + most);
        }
        values.forEach(value -> text(tag, value, mostBytes));
        return this;
    }

    RecordWriter deviceId(Tag tag, String id) {
        if (!DeviceIds.valid(id)) {
            throw new IllegalArgumentException(DeviceIds.complaint(id));
        }
        return text(tag, id, Protocol.MAX_DEVICE_ID);
    }

    /** A label; nothing for an empty one. */
    RecordWriter optionalLabel(Tag tag, String label) {
        if (label.isEmpty()) {
            return this;
        }
        if (!Labels.valid(label)) {
            throw new IllegalArgumentException("\"" + label + "\" is no label");
        }
        return text(tag, label, Protocol.MAX_LABEL);
    }

    /** What a device listens to; nothing for {@link Listening#NONE}. */
    RecordWriter optionalListening(Tag tag, Listening listening) {
        return listening.equals(Listening.NONE) ? this : opaque(tag, listening.encode(), 0, MOST_VALUE);
    }

    /** A text that is shortened, at a character's border, rather than refused. */
    RecordWriter shortened(Tag tag, String value, int most) {
        return text(tag, Texts.shortened(value, most), most);
    }

    RecordWriter nested(Tag tag, RecordWriter value) {
        record(tag, value.size).put(value.bytes, 0, value.size);
        return this;
    }

    /** Records that are written already. */
    RecordWriter encoded(byte[] records) {
        reserve(records.length).put(records);
        return this;
    }

    int size() {
        return size;
    }

    void writeTo(ByteBuffer out) {
        out.put(bytes, 0, size);
    }
}
