package io.mnedc.api.tcp;

/**
 * How a TCP connection is.
 *
 * @param segmentBytes the most data in a segment that this end sends
 * @param unacknowledged segments that are sent and not acknowledged
 * @param unacknowledgedBytes the data in these
 * @param acknowledgedBytes data that the other end has acknowledged since the beginning
 * @param retransmissions segments that were sent again since the beginning
 * @param receivedBytes data received in order since the beginning
 * @param outOfOrder segments received since the beginning while one before them was missing
 */
public record TcpState(
        int segmentBytes,
        int unacknowledged,
        long unacknowledgedBytes,
        long acknowledgedBytes,
        long retransmissions,
        long receivedBytes,
        long outOfOrder) {}
