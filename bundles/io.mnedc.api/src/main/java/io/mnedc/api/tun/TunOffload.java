package io.mnedc.api.tun;

/** What a TUN interface accepts without the sender having done it. */
public enum TunOffload {
    /** Checksums left to the receiver: {@code VIRTIO_NET_HDR_F_NEEDS_CSUM} (TUN_F_CSUM of linux/if_tun.h). */
    CHECKSUM,
    /** TCP over IPv4 super-packets: {@code VIRTIO_NET_HDR_GSO_TCPV4} (TUN_F_TSO4). */
    TSO4,
    /** TCP over IPv6 super-packets: {@code VIRTIO_NET_HDR_GSO_TCPV6} (TUN_F_TSO6). */
    TSO6,
    /** UDP super-packets: {@code VIRTIO_NET_HDR_GSO_UDP_L4} (TUN_F_USO4 and TUN_F_USO6, Linux 6.2). */
    USO
}
