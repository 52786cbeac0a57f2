package io.mnedc.tun;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunException;
import java.net.NetworkInterface;

/** A process of its own that opens an interface and prints what came of it. */
final class OpenAndTell {
    private OpenAndTell() {}

    public static void main(String[] arguments) throws Exception {
        try (TunDevice device =
                new LinuxTunDriver().open(Packets.settings("mnedc0", "198.18.0.1/24", "fd00:6d::1/64"))) {
            boolean up = NetworkInterface.getByName(device.name()).isUp();
            System.out.println("opened " + device.name() + (up ? " up " : " down ")
                    + device.settings().addresses());
        } catch (TunException e) {
            System.out.println(e.reason() + ": " + e.getMessage());
        }
    }
}
