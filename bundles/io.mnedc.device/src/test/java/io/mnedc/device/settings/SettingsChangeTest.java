package io.mnedc.device.settings;

import static io.mnedc.device.settings.SettingsTest.TOKEN;
import static io.mnedc.device.settings.SettingsTest.read;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a change of settings touches, and what it leaves alone. */
class SettingsChangeTest {
    /** How many changes together are tried. */
    private static final int MOST_CHANGES = 3;

    /** Each setting alone, and what it touches. */
    private static final Map<Map.Entry<String, Object>, Set<SettingsChange>> TOUCHES = Map.ofEntries(
            entry(entry("relays", "other"), EnumSet.of(SettingsChange.RELAYS)),
            entry(entry("device.id", "other"), EnumSet.of(SettingsChange.REGISTRATION)),
            entry(entry("tun.name", "other"), EnumSet.of(SettingsChange.TUN)),
            entry(entry("mtu", 9000), EnumSet.of(SettingsChange.TUN_LIVE)),
            entry(entry("offload", false), EnumSet.of(SettingsChange.TUN, SettingsChange.REGISTRATION)),
            entry(entry("queue.millis", 1), EnumSet.of(SettingsChange.DATA_STREAM)),
            entry(entry("queue.kilobytes", 128), EnumSet.of(SettingsChange.DATA_STREAM)),
            entry(entry("send.buffer.kilobytes", 0), EnumSet.of(SettingsChange.DATA_STREAM)),
            entry(entry("reconnect.max.seconds", 1), EnumSet.of(SettingsChange.PAUSES)),
            entry(entry("services", "web"), EnumSet.noneOf(SettingsChange.class)),
            entry(entry("security", "none"), EnumSet.of(SettingsChange.REGISTRATION)),
            entry(entry("data.dir", "/elsewhere"), EnumSet.of(SettingsChange.REGISTRATION)),
            entry(entry("identity.provider", "kura"), EnumSet.of(SettingsChange.REGISTRATION)),
            entry(entry("join.token", TOKEN.text()), EnumSet.of(SettingsChange.JOIN)),
            entry(entry("rules", "default deny"), EnumSet.of(SettingsChange.PEERS)),
            entry(entry("rekey.seconds", 60), EnumSet.of(SettingsChange.PEERS)),
            entry(entry("pool.allowed", "10.0.0.0/8"), EnumSet.of(SettingsChange.NETWORK)),
            entry(entry("multicast", "all"), EnumSet.of(SettingsChange.TUN_LIVE, SettingsChange.MULTICAST)),
            entry(entry("multicast.packets", 1), EnumSet.of(SettingsChange.MULTICAST)),
            entry(entry("pool.change", "follow"), EnumSet.of(SettingsChange.NETWORK)));

    @Test
    void changeTouchesOnlyWhatItMust() {
        DeviceSettings before = read(Map.of());
        TOUCHES.forEach((change, touched) -> {
            DeviceSettings now = read(Map.of(change.getKey(), change.getValue()));
            assertThat(SettingsChange.between(before, now)).as(change.getKey()).isEqualTo(touched);
            assertThat(SettingsChange.between(now, before)).as(change.getKey()).isEqualTo(touched);
            assertThat(SettingsChange.between(now, now)).isEmpty();
        });
    }

    @Test
    void anotherModeOfMulticastLeavesTheInterfaceAlone() {
        assertThat(SettingsChange.between(read(Map.of("multicast", "discovery")), read(Map.of("multicast", "all"))))
                .containsExactly(SettingsChange.MULTICAST);
    }

    @Test
    void changesTogetherTouchWhatTheirPartsTouch() {
        List<Map.Entry<String, Object>> changes = List.copyOf(TOUCHES.keySet());
        int excluding = 0;
        for (int i = 0; i < changes.size(); i++) {
            String key = changes.get(i).getKey();
            excluding |= key.equals("identity.provider") || key.equals("join.token") ? 1 << i : 0;
        }
        for (int subset = 0; subset < 1 << changes.size(); subset++) {
            if (Integer.bitCount(subset) > MOST_CHANGES || (subset & excluding) == excluding) {
                continue;
            }
            Map<String, Object> values = new HashMap<>();
            Set<SettingsChange> expected = EnumSet.noneOf(SettingsChange.class);
            for (int i = 0; i < changes.size(); i++) {
                if ((subset >> i & 1) != 0) {
                    values.put(changes.get(i).getKey(), changes.get(i).getValue());
                    expected.addAll(TOUCHES.getOrDefault(changes.get(i), Set.of()));
                }
            }
            if (expected.contains(SettingsChange.TUN)) {
                expected.remove(SettingsChange.TUN_LIVE);
            }
            assertThat(SettingsChange.between(read(Map.of()), read(values)))
                    .as(values.toString())
                    .isEqualTo(expected);
        }
    }
}
