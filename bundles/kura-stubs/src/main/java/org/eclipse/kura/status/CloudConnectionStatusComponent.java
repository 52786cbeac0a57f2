package org.eclipse.kura.status;

/** Somebody with a status; the light shows that of the highest priority. */
public interface CloudConnectionStatusComponent {
    /** {@return how important it is; a connection of Kura's own has 100} */
    int getNotificationPriority();

    /** {@return what was set last} */
    CloudConnectionStatusEnum getNotificationStatus();

    /** Keeps the status; called by the service. */
    void setNotificationStatus(CloudConnectionStatusEnum status);
}
