package io.mnedc.device;

import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.SettingsReader;
import io.mnedc.tun.memory.MemoryTunDriver;
import java.nio.file.Path;
import java.util.Map;

/** A device in a process of its own, whose heap may be small; ends with its standard input. */
final class SmallDevice {
    private SmallDevice() {}

    /** Arguments: the relay, a directory; tells on each line of its input how many were left out. */
    public static void main(String[] args) throws Exception {
        DeviceSettings settings = new SettingsReader(
                        Map.of("device.id", "small", "relays", args[0], "security", "none"))
                .read("", () -> Path.of(args[1]));
        DeviceEnvironment around = new TestEnvironment(MemoryTunDriver.withAllOffloads()).make();
        try (Device device = Device.start(settings, around, what -> {})) {
            for (int line = System.in.read(); line >= 0; line = System.in.read()) {
                System.out.println(device.snapshot().state() + " "
                        + device.snapshot().counters().get("peers.left-out"));
            }
        }
    }
}
