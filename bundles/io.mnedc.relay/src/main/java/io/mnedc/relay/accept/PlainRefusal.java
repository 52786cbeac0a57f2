package io.mnedc.relay.accept;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.ProtocolException;
import io.mnedc.transport.ControlStream;
import org.jspecify.annotations.Nullable;

/** Tells a device without TLS that this relay wants it, in the clear, and closes. */
public final class PlainRefusal implements ControlStream.Handler {
    private final HalfOpen.Entry entry;

    public PlainRefusal(HalfOpen.Entry entry) {
        this.entry = entry;
    }

    @Override
    public void opened(ControlStream stream) {
        stream.send(Preamble.of(Preamble.StreamKind.CONTROL));
        stream.send(ErrorReport.fatal(
                ErrorCode.SECURITY_MISMATCH,
                "this relay has security = tls, the device has none: set security = tls on the device and join with a"
                        + " token"));
        stream.closeAfterSent();
    }

    @Override
    public void preamble(Preamble preamble) {}

    @Override
    public void message(ControlMessage message) {}

    @Override
    public void broken(ProtocolException broken) {}

    @Override
    public void tick() {}

    @Override
    public void closed(@Nullable Throwable cause) {
        entry.release();
    }
}
