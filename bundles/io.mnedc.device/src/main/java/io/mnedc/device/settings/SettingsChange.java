package io.mnedc.device.settings;

import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** What must be touched to get from some settings to others. */
public enum SettingsChange {
    /** The list of relays: the connection goes on if its relay is still in it. */
    RELAYS("relays"),
    /** Who this device is or what it can: it must register again. */
    REGISTRATION("identity or abilities"),
    /** The interface's name or offloads: it must be made again. */
    TUN("interface"),
    /** Which virtual networks are taken. */
    NETWORK("allowed networks"),
    /** Something the interface takes while packets flow. */
    TUN_LIVE("MTU or multicast"),
    /** Which multicast is let through, and how much. */
    MULTICAST("multicast"),
    /** The data stream must be opened again. */
    DATA_STREAM("queues"),
    /** The pauses between attempts. */
    PAUSES("pauses between attempts"),
    /** There is another join token: the device enrols, if it is one that it has not used. */
    JOIN("join token"),
    /** Who may talk to this device, or for how long with the same key. */
    PEERS("access rules or age of keys");

    private final String words;

    SettingsChange(String words) {
        this.words = words;
    }

    /** {@return the changes in words for a person} */
    public static String inWords(Set<SettingsChange> changes) {
        return changes.stream().map(change -> change.words).collect(Collectors.joining(", "));
    }

    /** {@return what differs; empty if nothing does} */
    public static Set<SettingsChange> between(DeviceSettings before, DeviceSettings now) {
        Set<SettingsChange> changes = EnumSet.noneOf(SettingsChange.class);
        if (!before.relays().equals(now.relays())) {
            changes.add(RELAYS);
        }
        if (!before.deviceId().equals(now.deviceId()) || !before.security().sameIdentity(now.security())) {
            changes.add(REGISTRATION);
        }
        if (!before.tunName().equals(now.tunName())) {
            changes.add(TUN);
        }
        if (before.peersMost() != now.peersMost()) {
            // the relay tells of all devices again
            changes.add(REGISTRATION);
        }
        if (before.offload() != now.offload()) {
            changes.add(TUN);
            // peers send what this device says it can take
            changes.add(REGISTRATION);
        }
        boolean live = before.mtu() != now.mtu()
                || before.multicast().on() != now.multicast().on();
        if (live && !changes.contains(TUN)) {
            changes.add(TUN_LIVE);
        }
        if (!before.multicast().equals(now.multicast())) {
            changes.add(MULTICAST);
        }
        // its directory goes with the identity's
        if (!before.network().allowed().equals(now.network().allowed())
                || before.network().follow() != now.network().follow()) {
            changes.add(NETWORK);
        }
        if (!before.queueTime().equals(now.queueTime())
                || before.queueBytes() != now.queueBytes()
                || before.sendBufferBytes() != now.sendBufferBytes()) {
            changes.add(DATA_STREAM);
        }
        if (!before.reconnectMost().equals(now.reconnectMost())) {
            changes.add(PAUSES);
        }
        if (!Objects.equals(before.security().join(), now.security().join())) {
            changes.add(JOIN);
        }
        if (!before.security().rules().equals(now.security().rules())
                || !before.security().rekey().equals(now.security().rekey())) {
            changes.add(PEERS);
        }
        return changes;
    }
}
