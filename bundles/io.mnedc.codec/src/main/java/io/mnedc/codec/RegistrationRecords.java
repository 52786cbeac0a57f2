package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.Fence;
import io.mnedc.codec.ControlMessage.Registration;
import io.mnedc.codec.ControlMessage.Registrations;
import io.mnedc.codec.ControlMessage.RelayHello;
import io.mnedc.codec.ControlMessage.RelayWelcome;
import io.mnedc.codec.ControlMessage.Revocation;
import io.mnedc.codec.ControlMessage.SignAnswer;
import io.mnedc.codec.ControlMessage.SignRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The messages between relays, and their records on registered devices. */
final class RegistrationRecords {
    private RegistrationRecords() {}

    static RelayHello hello(RecordReader in) throws ProtocolException {
        RelayHello hello = new RelayHello(
                in.deviceId(Tag.RELAY_ID),
                in.int64(Tag.RELAY_EPOCH),
                in.optionalText(Tag.SOFTWARE, Protocol.MAX_TEXT),
                in.int32(Tag.KEEPALIVE));
        String complaint = complaint(hello);
        if (complaint != null) {
            throw in.violation(complaint);
        }
        return hello;
    }

    static @Nullable String complaint(RelayHello hello) {
        int keepalive = hello.keepaliveMillis();
        return keepalive < Protocol.MIN_KEEPALIVE || keepalive > Protocol.MAX_KEEPALIVE
                ? "keepalive of " + keepalive + " ms is not in " + Protocol.MIN_KEEPALIVE + ".."
                        + Protocol.MAX_KEEPALIVE
                : null;
    }

    static RelayWelcome welcome(RecordReader in) throws ProtocolException {
        return new RelayWelcome(in.int64(Tag.SESSION_ID), in.fixed(Tag.SECRET, Protocol.SECRET));
    }

    static SignRequest signRequest(RecordReader in) throws ProtocolException {
        return new SignRequest(
                in.int64(Tag.REQUEST),
                in.upTo(Tag.MESSAGE, Protocol.MAX_HANDSHAKE_MESSAGE),
                in.opaques(Tag.CERTIFICATE, Protocol.MAX_CHAIN, Protocol.MAX_CERTIFICATE));
    }

    static SignAnswer signAnswer(RecordReader in) throws ProtocolException {
        return new SignAnswer(in.int64(Tag.REQUEST), in.upTo(Tag.MESSAGE, Protocol.MAX_SIGN_ANSWER));
    }

    static Revocation revocation(RecordReader in) throws ProtocolException {
        return new Revocation(in.deviceId(Tag.DEVICE_ID), in.optionalUnsigned8(Tag.REVOKED) != 0);
    }

    static void write(Registration change, RecordWriter out) {
        if (change instanceof Registration.Here here) {
            RecordWriter record = new RecordWriter().nested(Tag.PRESENT, NodeRecords.write(here.node()));
            out.nested(Tag.HERE, behind(record, here.groups(), here.instance(), here.fence()));
        } else if (change instanceof Registration.Gone gone) {
            out.deviceId(Tag.GONE, gone.deviceId());
        }
    }

    static RecordWriter here(byte[] present, Collection<String> groups, long instance, Fence fence) {
        RecordWriter record = behind(new RecordWriter().encoded(present), groups, instance, fence);
        return new RecordWriter().nested(Tag.HERE, record);
    }

    private static RecordWriter behind(RecordWriter record, Collection<String> groups, long instance, Fence fence) {
        if (groups.size() > Protocol.MAX_GROUPS) {
            throw new IllegalArgumentException(groups.size() + " groups are over " + Protocol.MAX_GROUPS);
        }
        groups.forEach(group -> record.text(Tag.GROUP, group, Protocol.MAX_TEXT));
        return record.int64(Tag.INSTANCE, instance)
                .int64(Tag.CLAIM, fence.claim())
                .int32(Tag.MOVES, fence.moves());
    }

    static Registrations registrations(RecordReader in) throws ProtocolException {
        int number = in.unsigned8(Tag.PART);
        Part part = Part.of(number).orElseThrow(() -> in.violation("part " + number + " is unknown"));
        List<Registration> changes = new ArrayList<>();
        in.forEach(
                Tag.HERE,
                value -> changes.add(here(new RecordReader(value, "HERE"))),
                Tag.GONE,
                value -> changes.add(new Registration.Gone(in.asDeviceId(value))));
        return new Registrations(in.int64(Tag.SEQUENCE), part, changes);
    }

    private static Registration here(RecordReader in) throws ProtocolException {
        ByteBuffer node = in.nested(Tag.PRESENT);
        if (node == null) {
            throw in.violation("PRESENT is missing");
        }
        Fence fence = new Fence(in.int64(Tag.CLAIM), in.int32(Tag.MOVES));
        if (fence.claim() < 0 || fence.moves() < 0) {
            throw in.violation("CLAIM " + fence.claim() + " or MOVES " + fence.moves() + " is negative");
        }
        return new Registration.Here(
                NodeRecords.node(new RecordReader(node, "PRESENT")),
                in.texts(Tag.GROUP, Protocol.MAX_GROUPS, Protocol.MAX_TEXT),
                in.int64(Tag.INSTANCE),
                fence);
    }
}
