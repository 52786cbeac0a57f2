package io.mnedc.device.dial;

import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import io.mnedc.transport.DataHandler;
import io.mnedc.transport.StreamSettings;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Connects one address of a relay. Both streams are above it: they do not know what carries their bytes. Plain TCP is the
 * only one so far; a proxy or a WebSocket would be others.
 */
interface Carrier {
    /**
     * Connects a control stream. On the control loop.
     *
     * @param tls how it is secured; null without TLS
     * @param handler told that it is secured and opened, or closed if that fails
     * @return the stream, to be cut at any time, also before it is connected; empty if it could not be begun
     */
    Optional<ControlStream> control(Target target, @Nullable ControlTls tls, ControlStream.Handler handler);

    /**
     * Connects a data stream. On the control loop.
     *
     * @param settings how it buffers
     * @param handler told, on the data loop, that it is opened, or closed if that fails
     */
    void data(Target target, StreamSettings settings, DataHandler handler);
}
