package io.mnedc.names.system;

/** What makes the names known to the programs of this host. */
public enum Place {
    /** Nothing. */
    OFF,
    /** systemd-resolved while it runs, else nothing. */
    AUTO,
    /** systemd-resolved. */
    RESOLVED,
    /** A block in the hosts file. */
    HOSTS
}
