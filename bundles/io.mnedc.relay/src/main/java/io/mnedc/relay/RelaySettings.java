package io.mnedc.relay;

import io.mnedc.transport.StreamSettings;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A relay's checked configuration.
 *
 * @param enabled whether it runs at all
 * @param listen addresses and ports, at least one
 * @param keepalive how often each side of a connection sends something at least
 * @param handshake how long a connection may take until it is registered or bound
 * @param loops threads that forward frames
 * @param stream how data streams buffer
 * @param queueMemory the most bytes of all data streams' queues together
 * @param policy what devices may do
 * @param directory for what it keeps, for this relay alone; null: it keeps nothing
 * @param security how it is secured
 */
record RelaySettings(
        boolean enabled,
        List<InetSocketAddress> listen,
        Duration keepalive,
        Duration handshake,
        int loops,
        StreamSettings stream,
        long queueMemory,
        Policy policy,
        @Nullable Path directory,
        SecuritySettings security) {

    /**
     * Checks a configuration; the exception names the key, the value and what is allowed.
     *
     * @param storage the directory if none is configured; null: there is none
     */
    static RelaySettings of(RelayConfig config, @Nullable Path storage) {
        List<InetSocketAddress> listen = new ArrayList<>();
        for (String text : items(config.listen())) {
            listen.add(ListenAddress.parse(text));
        }
        if (listen.isEmpty()) {
            listen.add(ListenAddress.parse(RelayConfig.DEFAULT_LISTEN));
        }
        int loops = (int) within("loops", config.loops(), 0, 64);
        int queue = (int) within("queue.kilobytes", config.queue_kilobytes(), 128, 1 << 20) << 10;
        return new RelaySettings(
                config.enabled(),
                List.copyOf(listen),
                Duration.ofMillis(within("keepalive.millis", config.keepalive_millis(), 100, 3_600_000)),
                Duration.ofMillis(within("handshake.millis", config.handshake_millis(), 100, 600_000)),
                loops == 0 ? Math.min(4, Runtime.getRuntime().availableProcessors()) : loops,
                new StreamSettings(
                        (int) within("send.buffer.kilobytes", config.send_buffer_kilobytes(), 0, 1 << 20) << 10,
                        queue,
                        Duration.ofMillis(within("queue.millis", config.queue_millis(), 1, 60_000))),
                within("queue.memory.megabytes", config.queue_memory_megabytes(), 1, 1 << 20) << 20,
                Policy.of(config),
                directory(config.data_dir().trim(), storage),
                SecuritySettings.of(config));
    }

    private static @Nullable Path directory(String configured, @Nullable Path storage) {
        try {
            return configured.isEmpty()
                    ? storage
                    : Path.of(configured).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("data.dir = \"" + configured + "\": " + e.getMessage(), e);
        }
    }

    private static List<String> items(String[] values) {
        List<String> items = new ArrayList<>();
        for (String value : values) {
            // a .cfg file gives a list as one text
            for (String item : value.split("[,\\s]+", -1)) {
                if (!item.isEmpty()) {
                    items.add(item);
                }
            }
        }
        return items;
    }

    /** Texts that may hold blanks. */
    static List<String> lines(String[] values) {
        List<String> lines = new ArrayList<>();
        for (String value : values) {
            for (String line : value.split("[,\\n]", -1)) {
                if (!line.isBlank()) {
                    lines.add(line.trim());
                }
            }
        }
        return List.copyOf(lines);
    }

    static long within(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " = " + value + " is not in " + least + ".." + most);
        }
        return value;
    }
}
