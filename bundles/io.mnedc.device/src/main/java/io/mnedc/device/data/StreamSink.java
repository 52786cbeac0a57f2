package io.mnedc.device.data;

import io.mnedc.transport.DataStream;
import java.nio.ByteBuffer;

/** The relay's data stream as a path. */
final class StreamSink implements FrameSink {
    private final DataStream stream;

    StreamSink(DataStream stream) {
        this.stream = stream;
    }

    @Override
    public void send(ByteBuffer frames, int from, int to) {
        stream.send(frames, from, to);
    }

    @Override
    public void answeredAfter(long nanos) {
        stream.answeredAfter(nanos);
    }

    @Override
    public long droppedFrames() {
        return stream.droppedFrames();
    }
}
