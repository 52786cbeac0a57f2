package io.mnedc.itests.osgi;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;

/** A device that is nothing but its control stream, without security. */
final class RawMember implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;

    private RawMember(int port) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** {@return a device that the relay has welcomed} */
    static RawMember joined(int port, String id, String platform) throws IOException {
        var member = new RawMember(port);
        member.socket
                .getOutputStream()
                .write(Preamble.of(StreamKind.CONTROL).encode().array());
        member.send(new Hello(id, 1, "test", 0, Protocol.SECURITY_NONE, info(platform)));
        Preamble.decode(ByteBuffer.wrap(member.in.readNBytes(Preamble.SIZE)));
        member.await(Welcome.class);
        return member;
    }

    private static NodeInfo info(String platform) {
        return new NodeInfo(platform, "osgi", List.of());
    }

    private void send(ControlMessage message) throws IOException {
        socket.getOutputStream().write(ControlCodec.encode(message).array());
    }

    private void await(Class<? extends ControlMessage> type) throws IOException {
        ControlMessage message;
        do {
            message = ControlCodec.decode(ByteBuffer.wrap(in.readNBytes(in.readInt())));
        } while (!type.isInstance(message));
    }

    /** Tells something else, and waits until the relay has heard of it. */
    void tell(String platform) throws IOException {
        send(new Publish(info(platform), null));
        send(new Ping(1));
        await(Pong.class);
    }

    /** Says that it leaves. */
    void leave() throws IOException {
        send(new Bye("test"));
        socket.close();
    }

    /** Is gone without a word. */
    @Override
    public void close() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }
}
