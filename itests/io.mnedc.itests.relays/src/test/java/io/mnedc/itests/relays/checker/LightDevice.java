package io.mnedc.itests.relays.checker;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Bye;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.security.CertificateRequest;
import io.mnedc.security.JoinToken;
import io.mnedc.security.Keys;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.Pem;
import io.mnedc.security.TimeFloor;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A device without an interface that enrols, and visits relays for a moment. By one thread at a time. */
final class LightDevice {
    private static final int MOST_MILLIS = 4_000;
    private static final int MOST_BYTES = 1 << 20;

    /** A relay has said no, and why. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        private final Optional<ErrorCode> code;

        Refused(ErrorReport report) {
            super(report.sentence());
            code = ControlMessage.codeOf(report);
        }

        boolean is(ErrorCode other) {
            return code.filter(other::equals).isPresent();
        }
    }

    private final String id;
    private final long instance;
    private final KeyPair key;
    private @Nullable SSLContext tls;

    LightDevice(String id, long instance) throws GeneralSecurityException {
        this.id = id;
        this.instance = instance;
        key = Keys.generate();
    }

    String id() {
        return id;
    }

    boolean enrolled() {
        return tls != null;
    }

    /** Shows a join token to a relay and takes the certificate. */
    void enrol(InetSocketAddress relay, JoinToken token) throws IOException, GeneralSecurityException, Refused {
        SSLContext context = OverlayTls.context(
                null, OverlayTrust.pinned(token.fingerprint(), TimeFloor.inMemory(InstantSource.system())));
        Enrol request = new Enrol(
                id,
                token.id(),
                Opaque.copyOf(token.secret()),
                Opaque.copyOf(CertificateRequest.make(key.getPrivate(), key.getPublic(), id)),
                "light/1");
        try (SSLSocket socket = dial(relay, context, OverlayTls.ENROL)) {
            Credentials answer = await(socket, request, Credentials.class);
            var trusted = new LinkedHashSet<>(
                    Pem.parse(answer.trusted().stream().map(Opaque::bytes).toList()));
            Identity identity = new Identity(
                    key.getPrivate(),
                    Pem.parse(answer.chain().stream().map(Opaque::bytes).toList()),
                    trusted);
            tls = OverlayTls.context(
                    identity, OverlayTrust.relayTrust(trusted, "", TimeFloor.inMemory(InstantSource.system())));
        }
    }

    /** Registers at a relay and leaves again. Returns the address that it was given there. */
    int visit(InetSocketAddress relay) throws IOException, Refused {
        SSLContext context = tls;
        if (context == null) {
            throw new IllegalStateException(id + " is not enrolled");
        }
        Hello hello = new Hello(id, instance, "light/1", Protocol.CAN_CHECKSUM, Protocol.SECURITY_TLS, NodeInfo.NONE);
        try (SSLSocket socket = dial(relay, context, OverlayTls.CONTROL)) {
            int node = await(socket, hello, Welcome.class).node();
            send(socket, new Bye("a visit"));
            return node;
        }
    }

    private static SSLSocket dial(InetSocketAddress relay, SSLContext tls, String alpn) throws IOException {
        Socket plain = new Socket();
        try {
            plain.setSoTimeout(MOST_MILLIS);
            plain.setTcpNoDelay(true);
            plain.connect(relay, MOST_MILLIS);
            SSLSocket socket = (SSLSocket)
                    tls.getSocketFactory().createSocket(plain, relay.getHostString(), relay.getPort(), true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {"TLSv1.3"});
            parameters.setApplicationProtocols(new String[] {alpn});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket;
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    private static <T> T await(SSLSocket socket, ControlMessage first, Class<T> type) throws IOException, Refused {
        socket.getOutputStream()
                .write(Preamble.of(Preamble.StreamKind.CONTROL).encode().array());
        send(socket, first);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        try {
            Preamble.decode(read(in, Preamble.SIZE)).negotiate();
            while (true) {
                int length = in.readInt();
                if (length < 0 || length > MOST_BYTES) {
                    throw new IOException("a message of " + length + " bytes");
                }
                ControlMessage message = ControlCodec.decode(read(in, length));
                if (type.isInstance(message)) {
                    return type.cast(message);
                }
                if (message instanceof ErrorReport report && report.fatal()) {
                    throw new Refused(report);
                }
            }
        } catch (ProtocolException e) {
            throw new IOException(e);
        }
    }

    private static ByteBuffer read(DataInputStream in, int length) throws IOException {
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private static void send(SSLSocket socket, ControlMessage message) throws IOException {
        socket.getOutputStream().write(ControlCodec.encode(message).array());
    }
}
