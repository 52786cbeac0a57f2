package io.mnedc.device;

import io.mnedc.device.common.Counters;
import io.mnedc.device.common.Faults;
import io.mnedc.device.common.IdleThread;
import io.mnedc.device.data.FrameSender;
import io.mnedc.device.data.PeerTable;
import io.mnedc.device.dial.Finders;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Resolver;
import io.mnedc.device.dial.Tries;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.settings.SettingsInForce;
import io.mnedc.transport.ChunkPool;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.DataLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a device share: its threads, and what they tell and ask each other by. It is there before them and ends
 * after them.
 *
 * @param loop the control loop, which takes all decisions
 * @param data the data loop
 * @param identityThread reads and writes keys, signs, checks certificates; a provider of identities may take its time
 * @param lookUpThread looks up where relays are now; nobody waits for its end
 * @param fileThread remembers the virtual network, and the relay that worked last, on the disk
 * @param infoThread checks what peers tell about themselves, and tells those who follow it
 * @param localThread asks services of this host
 */
record SharedParts(
        ControlLoop loop,
        DataLoop data,
        IdleThread identityThread,
        IdleThread lookUpThread,
        IdleThread fileThread,
        IdleThread infoThread,
        IdleThread localThread,
        Faults faults,
        StatusBoard board,
        Counters counters,
        SettingsInForce<DeviceSettings> settings,
        DeviceEnvironment around,
        DeviceIdentity identities,
        Resolver resolver,
        Finders finders,
        Tries tries,
        Paths paths,
        PeerTable table,
        FrameSender sender) {
    private static final Duration END = Duration.ofSeconds(1);
    private static final String CONTROL_LOOP = "the control loop";

    /**
     * Starts the loops; the other threads begin with their first work.
     *
     * @param failed told what has failed; on any thread, must not block
     * @throws IOException if the system has no selector left
     */
    static SharedParts start(DeviceSettings settings, DeviceEnvironment around, Consumer<String> failed)
            throws IOException {
        StatusBoard board = new StatusBoard(settings);
        Faults faults = new Faults(settings.deviceId(), board::broken, failed);
        AtomicReference<@Nullable ControlLoop> made = new AtomicReference<>();
        ControlLoop loop;
        try {
            loop = new ControlLoop("device-control", fault -> occurred(faults, fault, made));
        } catch (IllegalStateException e) {
            throw new IOException("no event loop: " + e.getMessage(), e);
        }
        made.set(loop);
        try {
            DataLoop data = new DataLoop(
                    "device-data",
                    new ChunkPool(DeviceSettings.MOST_QUEUE_KILOBYTES * 1024L),
                    () -> faults.occurred("the data loop", null, loop));
            return of(settings, around, loop, data, faults, board);
        } catch (IOException | RuntimeException | Error e) {
            faults.closing();
            loop.close();
            throw e;
        }
    }

    private static void occurred(Faults faults, Throwable fault, AtomicReference<@Nullable ControlLoop> loop) {
        ControlLoop made = loop.get();
        if (made != null) {
            faults.occurred(CONTROL_LOOP, fault, made);
        }
    }

    private static SharedParts of(
            DeviceSettings settings,
            DeviceEnvironment around,
            ControlLoop loop,
            DataLoop data,
            Faults faults,
            StatusBoard board) {
        try {
            SettingsInForce<DeviceSettings> current = new SettingsInForce<>(settings);
            return new SharedParts(
                    loop,
                    data,
                    thread("mnedc-device-identity", END, faults, loop),
                    thread("mnedc-device-lookup", Duration.ZERO, faults, loop),
                    thread("mnedc-device-network", END, faults, loop),
                    thread("mnedc-device-info", END, faults, loop),
                    thread("mnedc-device-local", END, faults, loop),
                    faults,
                    board,
                    new Counters(),
                    current,
                    around,
                    new DeviceIdentity(around.providers(), around.clock()),
                    new Resolver(),
                    new Finders(around.finders()),
                    new Tries(),
                    new Paths(around.sockets(), () -> current.get().deviceId()),
                    new PeerTable(),
                    new FrameSender());
        } catch (RuntimeException | Error e) {
            data.close();
            throw e;
        }
    }

    private static IdleThread thread(String name, Duration end, Faults faults, ControlLoop loop) {
        return new IdleThread(name, end, fault -> faults.occurred("the thread " + name, fault, loop));
    }

    /** From now on the end of the control loop is a fault. */
    void watch() {
        loop.whenEnded(() -> faults.occurred(CONTROL_LOOP, null, loop));
    }

    /** Ends all threads but that of {@link #data}, which ends before the parts that it calls. */
    void close() {
        resolver.close();
        finders.close();
        identityThread.close();
        lookUpThread.close();
        fileThread.close();
        infoThread.close();
        localThread.close();
        loop.close();
    }
}
