package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.codec.ControlMessage.Registration;
import java.nio.ByteBuffer;
import java.util.Collection;

/**
 * The parts of ANNOUNCE messages, for a sender that tells many receivers of the same changes: each change is encoded once,
 * and only the head, which carries the receiver's sequence number, once for each receiver. A head followed by as many bytes
 * of records as it says is the same as {@link ControlCodec#encode} of the whole. Stateless and thread-safe.
 */
public final class Announcements {
    private static final int TYPE_FIELD = 2;
    private static final int RECORD_HEAD = 4;
    private static final int HEAD =
            ControlCodec.LENGTH_FIELD + TYPE_FIELD + RECORD_HEAD + Long.BYTES + RECORD_HEAD + Byte.BYTES;

    /** The most bytes of records in one message. */
    public static final int MOST_RECORDS = Protocol.MAX_MESSAGE - HEAD + ControlCodec.LENGTH_FIELD;

    private Announcements() {}

    /**
     * Writes a change.
     *
     * @param change what to write
     * @return its record
     * @throws IllegalArgumentException as {@link ControlCodec#encode} throws it
     */
    public static byte[] record(Change change) {
        RecordWriter record = new RecordWriter();
        NodeRecords.write(change, record);
        return bytes(record);
    }

    /**
     * Writes a registration of a device whose record is there already.
     *
     * @param present the record of its presence, of {@link #record}
     * @param groups what it belongs to in the access rules
     * @param instance of its start
     * @param fence which of two registrations counts
     * @return the record for another relay
     */
    public static byte[] here(byte[] present, Collection<String> groups, long instance, Fence fence) {
        return bytes(RegistrationRecords.here(present, groups, instance, fence));
    }

    /**
     * Writes the end of a registration.
     *
     * @param deviceId whose
     * @return the record for another relay
     */
    public static byte[] gone(String deviceId) {
        RecordWriter record = new RecordWriter();
        RegistrationRecords.write(new Registration.Gone(deviceId), record);
        return bytes(record);
    }

    private static byte[] bytes(RecordWriter record) {
        byte[] bytes = new byte[record.size()];
        record.writeTo(ByteBuffer.wrap(bytes));
        return bytes;
    }

    /**
     * Writes what comes before the records.
     *
     * @param sequence the announcement's number in its session
     * @param part where it stands in a snapshot
     * @param records bytes of the records that follow, 0 to {@link #MOST_RECORDS}
     * @return the head, ready to be read
     */
    public static ByteBuffer head(long sequence, Part part, int records) {
        return head(ControlCodec.ANNOUNCE, sequence, part, records);
    }

    /**
     * Writes what comes before the records of REGISTRATIONS.
     *
     * @param sequence the message's number on its link
     * @param part where it stands in a snapshot
     * @param records bytes of the records that follow, 0 to {@link #MOST_RECORDS}
     * @return the head, ready to be read
     */
    public static ByteBuffer registrationsHead(long sequence, Part part, int records) {
        return head(ControlCodec.REGISTRATIONS, sequence, part, records);
    }

    private static ByteBuffer head(int type, long sequence, Part part, int records) {
        if (records < 0 || records > MOST_RECORDS) {
            throw new IllegalArgumentException(records + " bytes of changes are not in 0.." + MOST_RECORDS);
        }
        ByteBuffer head = ByteBuffer.allocate(HEAD)
                .putInt(HEAD - ControlCodec.LENGTH_FIELD + records)
                .putShort((short) type);
        new RecordWriter()
                .int64(Tag.SEQUENCE, sequence)
                .int8(Tag.PART, part.number())
                .writeTo(head);
        return head.flip();
    }
}
