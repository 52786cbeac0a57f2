package io.mnedc.relay.mesh;

import io.mnedc.codec.ControlMessage.Registration;
import io.mnedc.codec.ControlMessage.Registration.Gone;
import io.mnedc.codec.ControlMessage.Registration.Here;
import io.mnedc.codec.Part;
import io.mnedc.relay.session.RemoteDevice;
import io.mnedc.relay.work.Randomness;
import io.mnedc.security.Names;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The devices that are registered at one other relay, as it tells. On the control loop. */
final class RemoteDevices {
    /** Told what changes. */
    interface Watcher {
        /** A device is there, or is different. */
        void arrived(RemoteDevice device);

        /** A device is not there any more. */
        void gone(RemoteDevice device);
    }

    private record Known(Here here, RemoteDevice device) {}

    private final RemoteDevice.Home home;
    private final Randomness random;
    private final Watcher watcher;
    // changed on the control loop only; counted by any thread
    private final Map<String, Known> devices = new ConcurrentHashMap<>();
    private final Set<String> snapshot = new HashSet<>();

    RemoteDevices(RemoteDevice.Home home, Randomness random, Watcher watcher) {
        this.home = home;
        this.random = random;
        this.watcher = watcher;
    }

    /**
     * Takes a message; after a snapshot, who is not in it is gone.
     *
     * @param most how many devices there may be
     * @return whether there are no more
     */
    boolean take(Part part, List<Registration> changes, int most) {
        if (part == Part.SNAPSHOT_BEGIN || part == Part.SNAPSHOT_WHOLE) {
            snapshot.clear();
        }
        for (Registration change : changes) {
            if (change instanceof Here here) {
                if (devices.size() >= most && !devices.containsKey(here.deviceId())) {
                    return false;
                }
                snapshot.add(here.deviceId());
                put(here);
            } else if (change instanceof Gone gone) {
                remove(gone.deviceId());
            }
        }
        if (part == Part.SNAPSHOT_END || part == Part.SNAPSHOT_WHOLE) {
            Set<String> missing = new HashSet<>(devices.keySet());
            missing.removeAll(snapshot);
            missing.forEach(this::remove);
        }
        if (part == Part.SNAPSHOT_END || part == Part.SNAPSHOT_WHOLE || part == Part.DELTA) {
            snapshot.clear();
        }
        return true;
    }

    private void put(Here here) {
        Known known = devices.get(here.deviceId());
        // what is the same stays the same object: others remember what they have found out about it
        if (known == null || !known.here.equals(here)) {
            List<String> groups = here.groups().stream().filter(Names::isGroup).toList();
            RemoteDevice device =
                    new RemoteDevice(home, new Here(here.node(), groups, here.instance(), here.fence()), random.id());
            devices.put(here.deviceId(), new Known(here, device));
            watcher.arrived(device);
        }
    }

    private void remove(String deviceId) {
        Known known = devices.remove(deviceId);
        if (known != null) {
            watcher.gone(known.device);
        }
    }

    /** The relay is lost: all are gone. */
    void clear() {
        Collection<Known> all = List.copyOf(devices.values());
        devices.clear();
        all.forEach(known -> watcher.gone(known.device));
    }

    /** Tells of all again. */
    void tellAgain() {
        List.copyOf(devices.values()).forEach(known -> watcher.arrived(known.device));
    }

    /** Tells of one again, if it is there. */
    void offer(String deviceId) {
        Known known = devices.get(deviceId);
        if (known != null) {
            watcher.arrived(known.device);
        }
    }

    /** {@return how many they are; any thread} */
    int count() {
        return devices.size();
    }
}
