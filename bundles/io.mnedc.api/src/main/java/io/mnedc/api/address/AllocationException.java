package io.mnedc.api.address;

/** An address could not be leased; the message names the value at fault and the setting that cures it. */
public class AllocationException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why there is no lease. */
    public enum Reason {
        /** Every node of the pool is leased or reserved. */
        POOL_EXHAUSTED,
        /** The device's reserved address is held by another device. */
        RESERVATION_TAKEN,
        /** The device ID is empty, too long or has forbidden characters. */
        DEVICE_ID_INVALID,
        /** The lease could not be made durable. Trying again may help. */
        STORE_FAILED,
        /** The allocator is stopping. Trying again may help. */
        STOPPING
    }

    private final Reason reason;

    /**
     * Makes the exception.
     *
     * @param reason why
     * @param message a sentence that names the value and the setting to change
     */
    public AllocationException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /**
     * Makes the exception.
     *
     * @param reason why
     * @param message a sentence that names the value and the setting to change
     * @param cause what was thrown below
     */
    public AllocationException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** {@return why there is no lease} */
    public Reason reason() {
        return reason;
    }
}
