package io.mnedc.lab.bench;

import java.util.Optional;
import java.util.stream.Stream;

/** What is measured of a system. The key stands in the JSON file and never changes its meaning. */
enum Metric {
    TCP("tcp", "one TCP stream, Mbit/s", 0),
    TCP_FOUR("tcp.four", "four TCP streams, Mbit/s", 0),
    TCP_BOTH("tcp.both", "one TCP stream each way at once, sum, Mbit/s", 0),
    CPU("cpu", "CPU s per GB, whole machine", 2),
    OWN_CPU("cpu.own", "CPU s per GB, own processes", 2),
    PING("ping", "idle ping, ms", 3),
    PING_99("ping.p99", "idle ping p99, ms", 3),
    LOADED_PING("ping.loaded", "ping while saturated, ms", 2),
    LOADED_PING_99("ping.loaded.p99", "ping p99 while saturated, ms", 2),
    LOADED_PING_LOST("ping.loaded.lost", "pings lost while saturated, %", 1),
    UDP_SMALL("udp.64", "64 bytes, sender flat out", 0),
    UDP_SMALL_CLEAN("udp.64.clean", "64 bytes, loss below 1 %", 0),
    UDP_SMALL_GSO("udp.64.gso", "64 bytes, `UDP_SEGMENT`", 0),
    UDP_LARGE("udp.1400", "1,400 bytes, sender flat out", 0),
    UDP_LARGE_CLEAN("udp.1400.clean", "1,400 bytes, loss below 1 %", 0),
    UDP_LARGE_GSO("udp.1400.gso", "1,400 bytes, `UDP_SEGMENT`", 0),
    HUB_MEMORY("memory.hub", "relay or hub idle, MB", 0),
    HUB_MEMORY_LOADED("memory.hub.loaded", "relay or hub after load, MB", 0),
    NODE_MEMORY("memory.node", "device idle, MB", 0),
    NODE_MEMORY_LOADED("memory.node.loaded", "device after load, MB", 0),
    HUB_IDLE_CPU("cpu.hub.idle", "relay or hub idle, % of a core", 2),
    NODE_IDLE_CPU("cpu.node.idle", "device idle, % of a core", 2),
    FIRST_REPLY("first", "first packet to first reply, ms", 1),
    FIRST_REPLY_AT_START("first.start", "the same in the first second after the start of all, ms", 1),
    START("start", "relay and three devices started at once, to first ping, s", 1),
    START_AGAIN("start.again", "a device killed and started again, to first ping, s", 1);

    private final String key;
    private final String title;
    private final int digits;

    Metric(String key, String title, int digits) {
        this.key = key;
        this.title = title;
        this.digits = digits;
    }

    String key() {
        return key;
    }

    /** With the unit. */
    String title() {
        return title;
    }

    /** How many digits after the point are worth showing. */
    int digits() {
        return digits;
    }

    static Optional<Metric> of(String key) {
        return Stream.of(values()).filter(metric -> metric.key.equals(key)).findFirst();
    }
}
