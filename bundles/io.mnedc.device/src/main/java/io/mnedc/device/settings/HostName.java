package io.mnedc.device.settings;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this machine is called. */
final class HostName {
    private static final Logger LOG = LoggerFactory.getLogger(HostName.class);

    // asking Java's InetAddress first would ask the DNS, which may take long
    private static final Path KERNEL = Path.of("/proc/sys/kernel/hostname");

    private HostName() {}

    /** {@return the host name; empty if it cannot be found out} */
    static String get() {
        try {
            return Files.readString(KERNEL).trim();
        } catch (IOException e) {
            LOG.debug("no {}", KERNEL, e);
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            LOG.debug("this host has no name", e);
            return "";
        }
    }
}
