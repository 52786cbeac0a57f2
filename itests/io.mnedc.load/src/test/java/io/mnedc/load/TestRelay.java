package io.mnedc.load;

import io.mnedc.lab.Host;
import io.mnedc.lab.RelayProcess;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A relay in a JVM of its own, with the memory that the launcher gives it, on this machine's loopback. */
final class TestRelay implements AutoCloseable {
    private final Host host;
    private final RelayProcess process;
    private final InetSocketAddress address;
    private final Badges badges;

    private TestRelay(Host host, RelayProcess process, InetSocketAddress address, Badges badges) {
        this.host = host;
        this.process = process;
        this.address = address;
        this.badges = badges;
    }

    /** Starts one that knows so many devices. */
    static TestRelay start(Path directory, int devices) throws IOException, GeneralSecurityException {
        Host host = Host.local(directory);
        Path data = Files.createDirectories(RelayProcess.dataOn(host));
        Badges badges = Badges.of(data.resolve("identity"), directory.resolve("badges"), devices);
        int port = freePort();
        RelayProcess process =
                RelayProcess.startSized(host, Gauge.TRACKING, "--listen", "127.0.0.1:" + port, "--pool", "10.0.0.0/16");
        try {
            process.awaitReady();
        } catch (RuntimeException e) {
            host.killAll();
            throw e;
        }
        return new TestRelay(host, process, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), badges);
    }

    /** None that the kernel gives to outgoing connections: one of them might have it when the relay comes back. */
    private static int freePort() throws IOException {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken: the next one
            }
        }
    }

    InetSocketAddress address() {
        return address;
    }

    RelayProcess process() {
        return process;
    }

    Gauge gauge() throws IOException {
        return Gauge.on(process.process());
    }

    /** Devices that read announcements as the device bundle does. */
    Crowd crowd(int devices) throws GeneralSecurityException {
        return Crowd.of(new Crowd.Settings(List.of(address), devices, null, true), badges, devices);
    }

    @Override
    public void close() {
        host.killAll();
    }
}
