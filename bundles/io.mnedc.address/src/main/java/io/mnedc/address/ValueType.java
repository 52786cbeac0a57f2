package io.mnedc.address;

import java.nio.ByteBuffer;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.StringDataType;

/** How a text stands in the file, under its key: its version, then the text. A different form needs another {@link OverlayFile#FORMAT}. */
final class ValueType extends BasicDataType<ValueType.Value> {
    /** A text and its version. */
    record Value(long version, String text) {}

    @Override
    public int getMemory(Value value) {
        return 64 + 2 * value.text().length();
    }

    @Override
    public void write(WriteBuffer buffer, Value value) {
        buffer.putVarLong(value.version());
        StringDataType.INSTANCE.write(buffer, value.text());
    }

    @Override
    public Value read(ByteBuffer buffer) {
        long version = org.h2.mvstore.DataUtils.readVarLong(buffer);
        return new Value(version, StringDataType.INSTANCE.read(buffer));
    }

    @Override
    public Value[] createStorage(int size) {
        return new Value[size];
    }
}
