package io.mnedc.device.data;

import io.mnedc.api.tun.TunDevice;
import io.mnedc.api.tun.TunOffload;
import io.mnedc.codec.Protocol;
import java.util.Set;

/**
 * An open interface as the way in sees it.
 *
 * @param device to write to
 * @param capabilities what it takes as it is, {@code CAN_…} bits of {@link Protocol}
 */
public record TunPort(TunDevice device, int capabilities) {
    /** What an interface may be able to take. */
    public static final int ALL = Protocol.CAN_CHECKSUM | Protocol.CAN_TSO4 | Protocol.CAN_TSO6 | Protocol.CAN_USO;

    static TunPort of(TunDevice device) {
        return new TunPort(device, capabilities(device.offloads()));
    }

    private static int capabilities(Set<TunOffload> offloads) {
        int bits = 0;
        for (TunOffload offload : offloads) {
            bits |= switch (offload) {
                case CHECKSUM -> Protocol.CAN_CHECKSUM;
                case TSO4 -> Protocol.CAN_TSO4;
                case TSO6 -> Protocol.CAN_TSO6;
                case USO -> Protocol.CAN_USO;
            };
        }
        return bits;
    }
}
