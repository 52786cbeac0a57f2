package io.mnedc.api.peer;

/**
 * A service and who offers it. Immutable.
 *
 * @param peer the device
 * @param service one of its services
 */
public record PeerService(Peer peer, OfferedService service) {}
