package io.mnedc.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads tag-length-value records; those with unknown tags are never looked at. Copies nothing but the values asked for. */
final class RecordReader {
    /** Bytes of a record beside its value. */
    static final int OVERHEAD = 4;

    private final ByteBuffer in;
    private final String where;
    private final @Nullable RecordReader outer;
    private int missing;

    /**
     * Checks that the records fill the bytes exactly.
     *
     * @param in the records, from position to limit
     * @param where for messages: what is read
     */
    RecordReader(ByteBuffer in, String where) throws ProtocolException {
        this(in, where, null);
    }

    private RecordReader(ByteBuffer in, String where, @Nullable RecordReader outer) throws ProtocolException {
        this.in = in.slice();
        this.where = where;
        this.outer = outer;
        int at = 0;
        while (at < this.in.limit()) {
            if (this.in.limit() - at < OVERHEAD || this.in.limit() - at - OVERHEAD < length(at)) {
                throw violation("record at byte " + at + " is cut off");
            }
            at = next(at);
        }
    }

    /** The records within a value of these; its missing texts count here, too. */
    RecordReader within(ByteBuffer value, String name) throws ProtocolException {
        return new RecordReader(value, name, this);
    }

    /** How many optional texts were asked for and are not there. */
    int missing() {
        return missing;
    }

    private void oneMissing() {
        for (RecordReader reader = this; reader != null; reader = reader.outer) {
            reader.missing++;
        }
    }

    private int tag(int at) {
        return in.getShort(at) & 0xffff;
    }

    private int length(int at) {
        return in.getShort(at + 2) & 0xffff;
    }

    private int next(int at) {
        return at + OVERHEAD + length(at);
    }

    private ByteBuffer value(int at) {
        return in.slice(at + OVERHEAD, length(at));
    }

    private int find(Tag tag) throws ProtocolException {
        int found = -1;
        for (int at = 0; at < in.limit(); at = next(at)) {
            if (tag(at) == tag.number) {
                if (found >= 0) {
                    throw violation(tag + " is there twice");
                }
                found = at;
            }
        }
        return found;
    }

    private int required(Tag tag) throws ProtocolException {
        int at = find(tag);
        if (at < 0) {
            throw violation(tag + " is missing");
        }
        return at;
    }

    private ByteBuffer sized(Tag tag, int size) throws ProtocolException {
        int at = required(tag);
        if (length(at) != size) {
            throw violation(tag + " has " + length(at) + " bytes instead of " + size);
        }
        return value(at);
    }

    private ByteBuffer limited(int at, Tag tag, int most) throws ProtocolException {
        if (length(at) > most) {
            throw new ProtocolException(
                    ErrorCode.TOO_LARGE, where + ": " + tag + " has " + length(at) + " bytes, at most " + most);
        }
        return value(at);
    }

    int unsigned8(Tag tag) throws ProtocolException {
        return sized(tag, Byte.BYTES).get() & 0xff;
    }

    int unsigned16(Tag tag) throws ProtocolException {
        return sized(tag, Short.BYTES).getShort() & 0xffff;
    }

    int int32(Tag tag) throws ProtocolException {
        return sized(tag, Integer.BYTES).getInt();
    }

    long int64(Tag tag) throws ProtocolException {
        return sized(tag, Long.BYTES).getLong();
    }

    Opaque fixed(Tag tag, int size) throws ProtocolException {
        return bytes(sized(tag, size));
    }

    Opaque upTo(Tag tag, int most) throws ProtocolException {
        return bytes(limited(required(tag), tag, most));
    }

    /** A required text. */
    String text(Tag tag, int most) throws ProtocolException {
        return decode(limited(required(tag), tag, most), tag);
    }

    /** A text that is empty if it is missing. */
    String optionalText(Tag tag, int most) throws ProtocolException {
        int at = find(tag);
        if (at < 0) {
            oneMissing();
            return "";
        }
        return decode(limited(at, tag, most), tag);
    }

    /** A label that is empty if it is missing. */
    String optionalLabel(Tag tag) throws ProtocolException {
        int at = find(tag);
        if (at < 0) {
            return "";
        }
        String label = decode(limited(at, tag, Protocol.MAX_LABEL), tag);
        if (!Labels.valid(label)) {
            throw violation(tag + " is not one of a-z, 0-9 and - inside");
        }
        return label;
    }

    /** What a device listens to; nothing if it is missing. */
    Listening optionalListening(Tag tag) throws ProtocolException {
        int at = find(tag);
        return at < 0 ? Listening.NONE : Listening.decode(value(at));
    }

    /** A small number that is zero if it is missing. */
    int optionalUnsigned8(Tag tag) throws ProtocolException {
        return find(tag) < 0 ? 0 : unsigned8(tag);
    }

    /** A number that is zero if it is missing. */
    int optionalInt32(Tag tag) throws ProtocolException {
        return find(tag) < 0 ? 0 : int32(tag);
    }

    String deviceId(Tag tag) throws ProtocolException {
        int at = required(tag);
        return checkDeviceId(decode(limited(at, tag, Protocol.MAX_DEVICE_ID), tag));
    }

    private String checkDeviceId(String id) throws ProtocolException {
        if (!DeviceIds.valid(id)) {
            throw new ProtocolException(ErrorCode.DEVICE_ID_INVALID, DeviceIds.complaint(id));
        }
        return id;
    }

    /** The value of the only record with this tag, or null. */
    @Nullable
    ByteBuffer nested(Tag tag) throws ProtocolException {
        int at = find(tag);
        return at < 0 ? null : value(at);
    }

    /** The values of all records with this tag. */
    List<ByteBuffer> repeated(Tag tag, int most) throws ProtocolException {
        List<ByteBuffer> values = new ArrayList<>();
        for (int at = 0; at < in.limit(); at = next(at)) {
            if (tag(at) == tag.number) {
                if (values.size() == most) {
                    throw new ProtocolException(ErrorCode.TOO_LARGE, where + ": more than " + most + " of " + tag);
                }
                values.add(value(at));
            }
        }
        return values;
    }

    /** All records with this tag, in order, each limited. */
    List<Opaque> opaques(Tag tag, int most, int mostBytes) throws ProtocolException {
        List<Opaque> values = new ArrayList<>();
        for (ByteBuffer value : repeated(tag, most)) {
            values.add(bytes(limited(value, tag, mostBytes)));
        }
        return values;
    }

    /** All records with this tag as texts, in order, each limited. */
    List<String> texts(Tag tag, int most, int mostBytes) throws ProtocolException {
        List<String> texts = new ArrayList<>();
        for (ByteBuffer value : repeated(tag, most)) {
            texts.add(decode(limited(value, tag, mostBytes), tag));
        }
        return texts;
    }

    private ByteBuffer limited(ByteBuffer value, Tag tag, int most) throws ProtocolException {
        if (value.remaining() > most) {
            throw new ProtocolException(
                    ErrorCode.TOO_LARGE, where + ": " + tag + " has " + value.remaining() + " bytes, at most " + most);
        }
        return value;
    }

    /** Calls back for the records with one of two tags, in order. */
    void forEach(Tag first, Visitor ofFirst, Tag second, Visitor ofSecond) throws ProtocolException {
        for (int at = 0; at < in.limit(); at = next(at)) {
            if (tag(at) == first.number) {
                ofFirst.visit(value(at));
            } else if (tag(at) == second.number) {
                ofSecond.visit(value(at));
            }
        }
    }

    /** Takes a value. */
    interface Visitor {
        void visit(ByteBuffer value) throws ProtocolException;
    }

    String asDeviceId(ByteBuffer value) throws ProtocolException {
        if (value.remaining() > Protocol.MAX_DEVICE_ID) {
            throw new ProtocolException(ErrorCode.TOO_LARGE, where + ": device ID of " + value.remaining() + " bytes");
        }
        return checkDeviceId(decode(value, Tag.DEVICE_ID));
    }

    ProtocolException violation(String what) {
        return new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, where + ": " + what);
    }

    private String decode(ByteBuffer value, Tag tag) throws ProtocolException {
        if (isAscii(value)) {
            // most are; a decoder for each of thousands of small records costs much more than the records
            byte[] ascii = new byte[value.remaining()];
            value.get(ascii);
            return Texts.printable(new String(ascii, StandardCharsets.US_ASCII));
        }
        try {
            return Texts.printable(
                    StandardCharsets.UTF_8.newDecoder().decode(value).toString());
        } catch (CharacterCodingException e) {
            throw violation(tag + " is not UTF-8");
        }
    }

    private static boolean isAscii(ByteBuffer value) {
        for (int at = value.position(); at < value.limit(); at++) {
            if (value.get(at) < 0) {
                return false;
            }
        }
        return true;
    }

    private static Opaque bytes(ByteBuffer value) {
        byte[] copy = new byte[value.remaining()];
        value.get(copy);
        return Opaque.owning(copy);
    }
}
