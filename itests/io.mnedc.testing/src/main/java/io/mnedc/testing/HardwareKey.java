package io.mnedc.testing;

import java.security.PrivateKey;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A key that stays in its TPM or smart card. All that others get is this handle; {@link HardwareProvider} signs with it. */
public final class HardwareKey implements PrivateKey {
    private static final long serialVersionUID = 1;

    private final AtomicInteger asked = new AtomicInteger();
    private final transient PrivateKey inside;

    /** Puts a key into the hardware. */
    public HardwareKey(PrivateKey inside) {
        this.inside = inside;
    }

    PrivateKey inside() {
        return inside;
    }

    /** {@return how often somebody has asked for its algorithm, which comes before each use} */
    public int asked() {
        return asked.get();
    }

    @Override
    public String getAlgorithm() {
        asked.incrementAndGet();
        return "EC";
    }

    @Override
    public @Nullable String getFormat() {
        return null;
    }

    @Override
    public byte @Nullable [] getEncoded() {
        return null;
    }
}
