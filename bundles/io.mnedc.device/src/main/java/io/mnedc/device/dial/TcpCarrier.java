package io.mnedc.device.dial;

import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import io.mnedc.transport.DataHandler;
import io.mnedc.transport.DataLoop;
import io.mnedc.transport.StreamSettings;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Plain TCP: a connection to the address itself. */
final class TcpCarrier implements Carrier {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final ControlLoop loop;
    private final DataLoop data;
    private final Paths paths;

    /**
     * Connects by these loops.
     *
     * @param loop serves control streams
     * @param data serves data streams
     * @param paths how large segments may be
     */
    TcpCarrier(ControlLoop loop, DataLoop data, Paths paths) {
        this.loop = loop;
        this.data = data;
        this.paths = paths;
    }

    @Override
    public Optional<ControlStream> control(Target target, @Nullable ControlTls tls, ControlStream.Handler handler) {
        return ControlStream.connect(loop, target.address(), CONNECT, tls, paths.setup(target.segment()), handler);
    }

    @Override
    public void data(Target target, StreamSettings settings, DataHandler handler) {
        data.connect(target.address(), CONNECT, settings, paths.setup(target.segment()), handler);
    }
}
