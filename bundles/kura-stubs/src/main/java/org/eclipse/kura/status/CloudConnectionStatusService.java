package org.eclipse.kura.status;

/** The gateway's light. */
public interface CloudConnectionStatusService {
    /** From now on the component takes part. */
    void register(CloudConnectionStatusComponent component);

    /** From now on it does not. */
    void unregister(CloudConnectionStatusComponent component);

    /** {@return whether the component's status could be set} */
    boolean updateStatus(CloudConnectionStatusComponent component, CloudConnectionStatusEnum status);
}
