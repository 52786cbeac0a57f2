package io.mnedc.address;

import io.mnedc.api.address.LeaseStore;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * How a lease stands in the file of release 0.1, under its node as the key: device ID, then the times of its allocation and of the
 * last sight, both in milliseconds since 1970.
 */
final class EntryType extends BasicDataType<LeaseStore.Entry> {
    private static final int NODE_UNKNOWN = -1;

    @Override
    public int getMemory(LeaseStore.Entry entry) {
        return 96 + 2 * entry.deviceId().length();
    }

    @Override
    public void write(WriteBuffer buffer, LeaseStore.Entry entry) {
        StringDataType.INSTANCE.write(buffer, entry.deviceId());
        buffer.putLong(entry.allocated().toEpochMilli())
                .putLong(entry.lastSeen().toEpochMilli());
    }

    @Override
    public LeaseStore.Entry read(ByteBuffer buffer) {
        String deviceId = StringDataType.INSTANCE.read(buffer);
        Instant allocated = Instant.ofEpochMilli(buffer.getLong());
        return new LeaseStore.Entry(deviceId, NODE_UNKNOWN, allocated, Instant.ofEpochMilli(buffer.getLong()));
    }

    /** {@return a read entry with the node that it was stored under} */
    static LeaseStore.Entry under(long node, LeaseStore.Entry read) {
        return new LeaseStore.Entry(read.deviceId(), Math.toIntExact(node), read.allocated(), read.lastSeen());
    }

    @Override
    public LeaseStore.Entry[] createStorage(int size) {
        return new LeaseStore.Entry[size];
    }
}
