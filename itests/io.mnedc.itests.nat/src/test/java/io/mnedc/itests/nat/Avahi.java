package io.mnedc.itests.nat;

import io.mnedc.lab.CommandResult;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Host;
import io.mnedc.lab.LabProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Avahi's daemon on a device's TUN interface, with a D-Bus of its own. What it writes is in file systems that only it and
 * its browser see.
 */
final class Avahi {
    private final Host host;
    private final LabProcess daemon;

    private Avahi(Host host, LabProcess daemon) {
        this.host = host;
        this.daemon = daemon;
    }

    /** Starts one that offers a service. */
    static Avahi start(DeviceProcess device, String service, int port) throws IOException {
        Host host = device.host();
        Path directory =
                Files.createDirectories(host.directory().toAbsolutePath().resolve("avahi-" + device.name()));
        Files.writeString(directory.resolve("avahi-daemon.conf"), """
                [server]
                host-name=%s
                allow-interfaces=%s
                allow-point-to-point=yes
                use-ipv4=yes
                use-ipv6=no
                [wide-area]
                enable-wide-area=no
                """.formatted("host-" + device.name(), device.tun()));
        Files.writeString(directory.resolve("offered.service"), """
                <?xml version="1.0" standalone="no"?>
                <!DOCTYPE service-group SYSTEM "avahi-service.dtd">
                <service-group><name>%s</name><service><type>_http._tcp</type><port>%d</port></service></service-group>
                """.formatted(service, port));
        // "ip netns exec" has given it mounts of its own
        String script = "mount -t tmpfs tmpfs /run && mkdir /run/dbus /run/avahi-daemon"
                + " && mount -t tmpfs tmpfs /etc/avahi && mkdir /etc/avahi/services"
                + " && cp " + directory + "/offered.service /etc/avahi/services/"
                // a child of the daemon, so that it ends with it
                + " && { dbus-daemon --system --nofork --nopidfile & }"
                + " && while [ ! -S /run/dbus/system_bus_socket ]; do sleep 0.1; done"
                + " && exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f " + directory
                + "/avahi-daemon.conf";
        LabProcess daemon = host.start("sh", "-c", script);
        daemon.awaitLog(
                Pattern.compile("Server startup complete|Service .* successfully established"), Duration.ofSeconds(60));
        return new Avahi(host, daemon);
    }

    /** What a browser of services prints that is given some seconds: resolved ones begin with {@code =}. */
    String browse() {
        CommandResult result = host.exec(
                "nsenter",
                "-t",
                Long.toString(daemon.pid()),
                "-m",
                "timeout",
                "15",
                "avahi-browse",
                "-rtp",
                "_http._tcp");
        return result.output();
    }

    void stop() {
        daemon.kill();
    }
}
