package io.mnedc.device;

import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.network.Membership;

/** Which device the inputs come to: node 2 of 10.0.0.0/24. */
public final class FuzzedDevice {
    private FuzzedDevice() {}

    public static Membership membership() {
        try {
            return Membership.of(
                    new Welcome(0, 1, Opaque.copyOf(new byte[32]), 2, 0x0a000000, 24, 0xfd00L << 48, 1_000, 1, "fuzz"),
                    true);
        } catch (ProtocolException e) {
            throw new IllegalStateException(e);
        }
    }
}
