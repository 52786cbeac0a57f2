package io.mnedc.device;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayLink;
import io.mnedc.api.device.RelayTry;
import io.mnedc.device.settings.DeviceSecuritySettings;
import io.mnedc.device.settings.DeviceSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running device. One thread, the control loop, owns all decisions: the control stream, the data stream's life, the
 * interface's life, what is known of the peers. Two more move packets: the data loop inwards, the uplink outwards.
 */
public final class Device implements DeviceStatus, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Device.class);
    private static final Duration LEAVE = Duration.ofMillis(1500);

    private final SharedParts shared;
    private final DeviceParts parts;
    private final Reconfiguration reconfiguration;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * Starts a device.
     *
     * @param settings checked
     * @param around where it runs
     * @param failed told what has failed, such as for want of memory: the device is useless then and must be closed. On
     *     any thread; must not block
     * @return the device, owned by the caller
     * @throws IOException if the system has no selector left
     */
    static Device start(DeviceSettings settings, DeviceEnvironment around, Consumer<String> failed) throws IOException {
        Reconfiguration.warnIfUnprotected(settings);
        SharedParts shared = SharedParts.start(settings, around, failed);
        try {
            Device device = new Device(shared);
            shared.watch();
            shared.loop().execute(device.parts.control()::start);
            return device;
        } catch (RuntimeException | Error e) {
            shared.faults().closing();
            shared.data().close();
            shared.close();
            throw e;
        }
    }

    private Device(SharedParts shared) {
        this.shared = shared;
        DeviceLife life = new DeviceLife(shared);
        this.parts = life.parts();
        this.reconfiguration = new Reconfiguration(shared, life);
    }

    /** {@return what discovery follows} */
    RelayLink link() {
        return parts.link();
    }

    /**
     * Changes to other settings, touching only what differs.
     *
     * @param next checked
     */
    public void reconfigure(DeviceSettings next) {
        shared.loop().execute(() -> reconfiguration.apply(next));
    }

    /** Another identity may be there, or none any more; streams that exist stay. */
    public void providersChanged() {
        shared.loop().execute(() -> {
            if (!(shared.settings().get().security().source() instanceof DeviceSecuritySettings.Provided)) {
                return;
            }
            if (parts.control().present().isRegistered()) {
                shared.identityThread().execute(shared.identities()::refresh);
            } else {
                parts.control().again("another identity");
            }
        });
    }

    @Override
    public Snapshot snapshot() {
        return shared.board()
                .snapshot(
                        shared.counters()
                                .snapshot(
                                        shared.sender().droppedFrames(),
                                        parts.tun().refused()),
                        parts.groups().status());
    }

    @Override
    public List<RelayTry> tries() {
        return shared.tries().last();
    }

    @Override
    public String name() {
        return parts.link().registration().map(RelayLink.Registration::name).orElse("");
    }

    @Override
    public String relayId() {
        return shared.board().relayId();
    }

    @Override
    public int relaysTold() {
        return shared.board().relaysTold();
    }

    @Override
    public CompletionStage<Duration> ping(int node, Duration timeout) {
        return parts.pings().ping(node, timeout);
    }

    @Override
    public Optional<String> waitingNetwork() {
        return parts.guard().waiting();
    }

    @Override
    public CompletionStage<Boolean> acceptNetwork(String network) {
        CompletableFuture<Boolean> accepted = new CompletableFuture<>();
        if (!shared.loop().offer(() -> accepted.complete(parts.guard().accept(network)))) {
            accepted.completeExceptionally(new IllegalStateException("the device has ended"));
        }
        return accepted;
    }

    /** Takes leave of the relay and ends everything, within three seconds. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        shared.faults().closing();
        String id = shared.settings().get().deviceId();
        CompletableFuture<Void> left = new CompletableFuture<>();
        if (shared.loop().offer(() -> parts.stop(left))) {
            await(left);
        } else {
            // it has ended by a fault, so nobody else has its parts in hand
            parts.stop(left);
        }
        shared.data().close();
        parts.close();
        shared.close();
        LOG.info("device {} has stopped", id);
    }

    private static void await(CompletableFuture<Void> left) {
        try {
            left.get(LEAVE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("the relay could not be told", e);
        }
    }
}
