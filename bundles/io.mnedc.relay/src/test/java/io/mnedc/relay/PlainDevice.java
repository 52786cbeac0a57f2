package io.mnedc.relay;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Pong;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.session.DataBinding;
import io.mnedc.codec.session.Effect;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.NullUnmarked;

/** A device on blocking sockets: speaks the protocol, in TLS if it is given keys, and nothing else. */
@NullUnmarked // its parts come to be in the order in which a test calls
public final class PlainDevice implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MOST_WAIT_MILLIS = 4 * TIMEOUT_MILLIS;
    private static final Duration STILL_THERE = Duration.ofSeconds(10);
    /** So that no limit of messages is reached. */
    private static final long PAUSE_NANOS = 20_000_000;

    private final InetSocketAddress relay;
    private final Random random = new Random(1);
    public final Socket control;
    private final int security;
    private final DataInputStream fromControl;
    public Welcome welcome;
    public Socket data;
    private DataInputStream fromData;
    private long counter;
    private long announced;

    public PlainDevice(InetSocketAddress relay) throws IOException {
        this.relay = relay;
        this.control = connect();
        this.security = Protocol.SECURITY_NONE;
        this.fromControl = new DataInputStream(control.getInputStream());
    }

    /** Connects its control stream in TLS. */
    public PlainDevice(InetSocketAddress relay, SSLContext tls, String alpn) throws IOException {
        this.relay = relay;
        SSLSocket secured = (SSLSocket)
                tls.getSocketFactory().createSocket(connect(), relay.getHostString(), relay.getPort(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setProtocols(new String[] {"TLSv1.3"});
        parameters.setApplicationProtocols(new String[] {alpn});
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        this.control = secured;
        this.security = Protocol.SECURITY_TLS;
        this.fromControl = new DataInputStream(control.getInputStream());
    }

    /** Connects, registers and binds a data stream. */
    public static PlainDevice joined(InetSocketAddress relay, String id) throws IOException {
        PlainDevice device = new PlainDevice(relay);
        device.register(id, 1);
        device.bind();
        return device;
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(relay, TIMEOUT_MILLIS);
        return socket;
    }

    public void sendPreamble(StreamKind kind) throws IOException {
        (kind == StreamKind.CONTROL ? control : data)
                .getOutputStream()
                .write(Preamble.of(kind).encode().array());
    }

    public void send(ControlMessage message) throws IOException {
        control.getOutputStream().write(ControlCodec.encode(message).array());
    }

    public Preamble receivePreamble() throws IOException {
        return Preamble.decode(ByteBuffer.wrap(fromControl.readNBytes(Preamble.SIZE)));
    }

    /** The next message that is not a keepalive. A relay that sends nothing else must not keep a test for ever. */
    public ControlMessage receive() throws IOException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MOST_WAIT_MILLIS);
        while (System.nanoTime() - end < 0) {
            ControlMessage message = receive(fromControl);
            if (message instanceof Announce announce && announce.sequence() != ++announced) {
                throw new AssertionError("announcement " + announce.sequence() + " instead of " + announced);
            }
            if (message instanceof Ping ping) {
                send(new Pong(ping.token()));
            } else if (!(message instanceof Pong)) {
                return message;
            }
        }
        throw new AssertionError("nothing but keepalives for " + MOST_WAIT_MILLIS + " ms");
    }

    /** The next message of a type, keepalives included. */
    public <T extends ControlMessage> T receiveRaw(Class<T> type) throws IOException {
        while (true) {
            ControlMessage message = receive(fromControl);
            if (type.isInstance(message)) {
                return type.cast(message);
            }
        }
    }

    private static ControlMessage receive(DataInputStream in) throws IOException {
        return ControlCodec.decode(ByteBuffer.wrap(in.readNBytes(in.readInt())));
    }

    /** Skips messages until one of a type comes. */
    public <T extends ControlMessage> T await(Class<T> type) throws IOException {
        for (int i = 0; i < 1000; i++) {
            ControlMessage message = receive();
            if (type.isInstance(message)) {
                return type.cast(message);
            }
        }
        throw new AssertionError("no " + type.getSimpleName());
    }

    /**
     * The next message of a type, or an error as soon as the relay answers a ping that was sent behind all else: so a message
     * that never comes is missed at once.
     */
    <T extends ControlMessage> T awaitBeforeAnswer(Class<T> type) throws IOException {
        long token = random.nextLong();
        send(new Ping(token));
        while (true) {
            ControlMessage message = receive(fromControl);
            if (type.isInstance(message)) {
                return type.cast(message);
            }
            if (message instanceof Pong pong && pong.token() == token) {
                throw new AssertionError("no " + type.getSimpleName() + " before the answer to the next ping");
            }
        }
    }

    /**
     * Waits for the message that ends this session, and fails when the relay has gone on answering pings for seconds: a
     * session that goes on is noticed in that time.
     */
    public ErrorReport awaitEnd() throws IOException {
        long end = System.nanoTime() + STILL_THERE.toNanos();
        int answered = 0;
        while (answered < 50 || System.nanoTime() - end < 0) {
            send(new Ping(answered));
            ControlMessage message = receive(fromControl);
            while (!(message instanceof Pong pong && pong.token() == answered)) {
                if (message instanceof ErrorReport report && report.fatal()) {
                    return report;
                }
                message = receive(fromControl);
            }
            answered++;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new AssertionError("still connected after " + answered + " pings in " + STILL_THERE.toSeconds() + " s");
    }

    /** The next so many changes, in however many announcements they come. */
    List<Change> changes(int count) throws IOException {
        List<Change> changes = new ArrayList<>();
        while (changes.size() < count) {
            changes.addAll(await(Announce.class).changes());
        }
        if (changes.size() > count) {
            throw new AssertionError("more than " + count + ": " + changes);
        }
        return changes;
    }

    public Hello hello(String id, long instance) {
        return new Hello(id, instance, "test/1", Protocol.CAN_CHECKSUM, security, NodeInfo.NONE);
    }

    public Welcome register(String id, long instance) throws IOException {
        sendPreamble(StreamKind.CONTROL);
        send(hello(id, instance));
        receivePreamble();
        welcome = (Welcome) receive();
        return welcome;
    }

    public void bind() throws IOException {
        bind(welcome.sessionId(), welcome.secret());
    }

    /** Opens a data stream; fails with an exception if the relay refuses it. */
    public void bind(long sessionId, Opaque secret) throws IOException {
        data = connect();
        fromData = new DataInputStream(data.getInputStream());
        byte[] nonce = new byte[Protocol.NONCE];
        random.nextBytes(nonce);
        DataBinding.Device binding = new DataBinding.Device(sessionId, secret, Opaque.copyOf(nonce));
        sendPreamble(StreamKind.DATA);
        data.getOutputStream().write(ControlCodec.encode(binding.start()).array());
        Preamble.decode(ByteBuffer.wrap(fromData.readNBytes(Preamble.SIZE)));
        while (!binding.ready()) {
            for (Effect effect : binding.received(receive(fromData))) {
                if (effect instanceof Effect.Send send) {
                    data.getOutputStream()
                            .write(ControlCodec.encode(send.message()).array());
                } else if (effect instanceof Effect.Close close) {
                    throw new IOException(close.why());
                }
            }
        }
    }

    public byte[] frame(int source, int destination, int type, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(DataFrame.HEADER + payload.length);
        DataFrame.putHeader(frame, 0, type, source, destination, ++counter, payload.length);
        frame.put(DataFrame.HEADER, payload);
        return frame.array();
    }

    public void sendFrame(int destination, byte[] payload) throws IOException {
        data.getOutputStream().write(frame(welcome.node(), destination, DataFrame.PACKET, payload));
    }

    /** The next frame. */
    public ByteBuffer receiveFrame() throws IOException {
        int length = fromData.readInt();
        ByteBuffer frame = ByteBuffer.allocate(length + 4).putInt(length);
        frame.put(fromData.readNBytes(length));
        return frame.flip();
    }

    public static byte[] payload(ByteBuffer frame) {
        byte[] payload = new byte[frame.limit() - DataFrame.HEADER];
        frame.get(DataFrame.HEADER, payload);
        return payload;
    }

    @Override
    public void close() throws IOException {
        control.close();
        if (data != null) {
            data.close();
        }
    }
}
