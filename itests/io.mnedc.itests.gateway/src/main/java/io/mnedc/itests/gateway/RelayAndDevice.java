package io.mnedc.itests.gateway;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;

/** A secured relay and a device in this framework, over the loopback interface and a TUN in memory. */
public final class RelayAndDevice {
    /** The relay's PID. */
    public static final String RELAY = "io.mnedc.relay";

    /** The allocator's PID. */
    public static final String ADDRESS = "io.mnedc.address";

    /** The device's PID. */
    public static final String DEVICE = "io.mnedc.device";

    /** The ID of the device. */
    public static final String DEVICE_ID = "first";

    private final Configurations configurations;
    private final BundleContext context;
    private final Path data;
    private int port;
    private @Nullable String token;

    /** Prepares an overlay at a free port whose leases and keys are kept in a directory. */
    public RelayAndDevice(BundleContext context, Path data) throws IOException {
        this.configurations = new Configurations(context);
        this.context = context;
        this.data = data;
        this.port = freePort();
    }

    /**
     * Finds a port of the loopback interface that nobody listens on. Not one of those that the kernel gives to outgoing
     * connections: one of them might have it when the relay comes back, and a device that dials it while nobody listens
     * could even reach itself.
     *
     * @return the port
     */
    public static int freePort() throws IOException {
        while (true) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (var socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken: the next one
            }
        }
    }

    /** Configures relay and allocator, then the device with a join token of that relay. */
    public void start() throws IOException, InterruptedException {
        configurations.set(ADDRESS, address());
        configurations.set(RELAY, relay());
        if (token == null) {
            token = Waits.until("a join token", this::newToken, text -> text.startsWith("mnedc1-"));
        }
        configurations.set(DEVICE, device());
    }

    /** Asks the prompt's command by name: a bundle that imported a type would be refreshed with its bundle. */
    private String newToken() {
        try {
            var references =
                    context.getAllServiceReferences(null, "(&(osgi.command.scope=mnedc)(osgi.command.function=token))");
            Object commands = references == null ? null : context.getService(references[0]);
            if (references == null || commands == null) {
                return "no shell";
            }
            try {
                String printed = String.valueOf(commands.getClass()
                        .getMethod(
                                "tokenText",
                                boolean.class,
                                String.class,
                                String.class,
                                int.class,
                                String.class,
                                String.class)
                        .invoke(commands, false, "", "1h", 100, "", relayAddress()));
                return printed.substring(printed.lastIndexOf('\n') + 1);
            } finally {
                context.ungetService(references[0]);
            }
        } catch (ReflectiveOperationException | InvalidSyntaxException e) {
            return e.toString();
        }
    }

    /** Removes the configurations. */
    public void stop() throws IOException, InterruptedException {
        configurations.remove(DEVICE);
        configurations.remove(RELAY);
        configurations.remove(ADDRESS);
    }

    /** {@return the configurations themselves} */
    public Configurations configurations() {
        return configurations;
    }

    /** {@return the relay's port} */
    public int port() {
        return port;
    }

    /** Lets the relay listen on another port from the next start on. */
    public void moveTo(int newPort) {
        port = newPort;
    }

    /** {@return the relay's address as devices are configured with it} */
    public String relayAddress() {
        return "127.0.0.1:" + port;
    }

    /** {@return where a runtime with this name keeps its keys} */
    public String directory(String name) {
        return data.resolve(name).toString();
    }

    /** {@return the allocator's configuration} */
    public Map<String, Object> address() {
        return values("enabled", true, "pool", "10.77.0.0/24", "data.dir", data.toString());
    }

    /** {@return the relay's configuration} */
    public Map<String, Object> relay() {
        return values(
                "enabled",
                true,
                "listen",
                new String[] {relayAddress()},
                "keepalive.millis",
                500L,
                "data.dir",
                directory("relay"));
    }

    /** {@return the device's configuration} */
    public Map<String, Object> device() {
        return values(
                "enabled",
                true,
                "join.token",
                String.valueOf(token),
                "data.dir",
                directory(DEVICE_ID),
                "device.id",
                DEVICE_ID,
                "relays",
                new String[] {relayAddress()},
                "tun.name",
                "test%d",
                "reconnect.max.seconds",
                1,
                "driver.target",
                "(mnedc.tun.driver=memory)");
    }

    /** {@return a map that may be changed} */
    public static Map<String, Object> values(Object... keysAndValues) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return values;
    }

    /** {@return the names of our live threads} */
    public static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("mnedc-"))
                .collect(Collectors.toCollection(TreeSet::new))
                .stream()
                .toList();
    }

    /** {@return whether somebody accepts connections at a port of the loopback interface} */
    public static boolean listening(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
