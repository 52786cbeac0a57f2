package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.NodeInfo;
import java.nio.ByteBuffer;

/**
 * What a device signs when it tells its peers about itself: the body of a {@link ControlMessage.SignedInfo}. Immutable.
 *
 * @param deviceId whose it is: must be the one that the signer's certificate names
 * @param issue grows with each document of a device, also over its restarts; receivers drop what is older than they have
 * @param info what it tells; up to {@value Protocol#MAX_SIGNED_SERVICES} services
 */
public record InfoDocument(String deviceId, long issue, NodeInfo info) {
    /**
     * Writes the body.
     *
     * @return its bytes
     * @throws IllegalArgumentException if {@link #decode} would refuse it
     */
    public Opaque encode() {
        RecordWriter records = new RecordWriter()
                .deviceId(Tag.DEVICE_ID, deviceId)
                .int64(Tag.ISSUE, issue)
                .nested(Tag.INFO, NodeRecords.write(info, Protocol.MAX_SIGNED_SERVICES));
        byte[] bytes = new byte[records.size()];
        records.writeTo(ByteBuffer.wrap(bytes));
        return Opaque.owning(bytes);
    }

    /**
     * Reads a body. Its signature is to be checked first.
     *
     * @param body the bytes
     * @return what they say
     * @throws ProtocolException if they are not well-formed or something is over its limit
     */
    public static InfoDocument decode(Opaque body) throws ProtocolException {
        if (body.size() > Protocol.MAX_BODY) {
            throw new ProtocolException(
                    ErrorCode.TOO_LARGE, "document of " + body.size() + " bytes, at most " + Protocol.MAX_BODY);
        }
        RecordReader in = new RecordReader(ByteBuffer.wrap(body.bytes()), "document");
        return new InfoDocument(
                in.deviceId(Tag.DEVICE_ID), in.int64(Tag.ISSUE), NodeRecords.info(in, Protocol.MAX_SIGNED_SERVICES));
    }
}
