package io.mnedc.device.settings;

import java.time.Duration;
import java.util.List;

/**
 * The settings of a device, checked.
 *
 * @param deviceId its unique ID
 * @param relays to be tried in turn; empty: those that are known from joining
 * @param tunName the interface's name, may have a {@code %d}
 * @param mtu of the interface
 * @param offload whether the interface shall use the kernel's offloads
 * @param reconnectMost the longest pause between two attempts
 * @param queueTime how long a frame may wait to be sent
 * @param queueBytes how much may wait to be sent
 * @param sendBufferBytes the data stream's SO_SNDBUF; 0 leaves it to the kernel
 * @param peersMost how many other devices are remembered, whatever the relay announces
 * @param security how it proves itself and whom it believes
 * @param network which virtual networks it takes
 * @param multicast which multicast it takes part in
 */
public record DeviceSettings(
        String deviceId,
        List<RelayAddress> relays,
        String tunName,
        int mtu,
        boolean offload,
        Duration reconnectMost,
        Duration queueTime,
        int queueBytes,
        int sendBufferBytes,
        int peersMost,
        DeviceSecuritySettings security,
        NetworkSettings network,
        MulticastSettings multicast) {
    /** What a configuration of these settings is called. */
    public static final String PID = "io.mnedc.device";

    static final String DEFAULT_TUN_NAME = "mnedc%d";
    static final int DEFAULT_MTU = 1400;
    static final int DEFAULT_RECONNECT_SECONDS = 30;
    static final int DEFAULT_QUEUE_MILLIS = 100;
    static final int DEFAULT_QUEUE_KILOBYTES = 8192;

    /** Also what the pool behind it holds: a small part of the direct memory that small JVMs allow. */
    public static final int MOST_QUEUE_KILOBYTES = 65_536;

    static final int DEFAULT_SEND_BUFFER_KILOBYTES = 1024;
    static final int MOST_SEND_BUFFER_KILOBYTES = 262_144;

    static final int DEFAULT_PEERS = 20_000;
    static final int LEAST_PEERS = 1;
    static final int MOST_PEERS = 1_000_000;

    public DeviceSettings {
        relays = List.copyOf(relays);
    }
}
