package io.mnedc.join;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import io.mnedc.security.Credentials;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * Joins per second with mutual TLS: devices with certificates of their own connect, do a full handshake, register, and
 * leave when they are welcomed. Client and relay share the machine, so that a relay alone does better.
 */
public final class JoinRate {
    private static final Duration BOUND = Duration.ofMinutes(5);

    private final InetSocketAddress relay;
    private final ControlLoop loops = new ControlLoop("join", Throwable::printStackTrace);
    private final CountDownLatch done;
    private final Semaphore atOnce;
    private final AtomicInteger failed = new AtomicInteger();

    private JoinRate(InetSocketAddress relay, int joins, int parallel) {
        this.relay = relay;
        this.done = new CountDownLatch(joins);
        this.atOnce = new Semaphore(parallel);
    }

    /**
     * Runs it.
     *
     * @param args HOST PORT IDENTITY-DIRECTORY-OF-THE-RELAY [JOINS [AT-ONCE]]
     */
    public static void main(String[] args) throws Exception {
        int joins = args.length > 3 ? Integer.parseInt(args[3]) : 2000;
        int parallel = args.length > 4 ? Integer.parseInt(args[4]) : 32;
        List<Supplier<SSLEngine>> devices = devices(Path.of(args[2]), joins);
        JoinRate warmUp = new JoinRate(new InetSocketAddress(args[0], Integer.parseInt(args[1])), joins, parallel);
        double cold = warmUp.run(devices);
        JoinRate warm = new JoinRate(new InetSocketAddress(args[0], Integer.parseInt(args[1])), joins, parallel);
        double rate = warm.run(devices);
        System.out.printf(
                "%d joins with mutual TLS, %d at once: %.0f/s; the first %d: %.0f/s; failed %d and %d%n",
                joins, parallel, rate, joins, cold, warm.failed.get(), warmUp.failed.get());
        System.exit(warm.failed.get() == 0 ? 0 : 1);
    }

    /** One key for all, for they are not to be made here; the relay does not care. */
    private static List<Supplier<SSLEngine>> devices(Path directory, int count) throws Exception {
        OverlayAuthority authority = OverlayAuthority.open(directory, Duration.ofDays(1), InstantSource.system());
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair key = generator.generateKeyPair();
        byte[] request = new JcaPKCS10CertificationRequestBuilder(new X500Principal("CN=bench"), key.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()))
                .getEncoded();
        List<Supplier<SSLEngine>> engines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Credentials issued = authority.issue(request, "join-" + i, Set.of());
            Identity identity = new Identity(
                    key.getPrivate(),
                    certificates(issued.chain()),
                    new LinkedHashSet<>(certificates(issued.trusted())));
            SSLContext context = OverlayTls.context(identity, OverlayTrust.acceptAny());
            engines.add(() -> OverlayTls.client(context, OverlayTls.CONTROL));
        }
        return engines;
    }

    private static List<X509Certificate> certificates(List<byte[]> encoded) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] each : encoded) {
            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(each)));
        }
        return certificates;
    }

    private double run(List<Supplier<SSLEngine>> devices) throws InterruptedException {
        Executor direct = Runnable::run;
        long begin = System.nanoTime();
        for (int i = 0; i < devices.size(); i++) {
            atOnce.acquire();
            ControlTls tls = new ControlTls(devices.get(i), Set.of(OverlayTls.CONTROL), direct, Duration.ofSeconds(30));
            ControlStream.connect(loops, relay, Duration.ofSeconds(30), tls, new Joining("join-" + i));
        }
        if (!done.await(BOUND.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException(done.getCount() + " joins are not done after " + BOUND);
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        loops.close();
        return devices.size() / seconds;
    }

    /** One device, from its connection to its welcome. */
    private final class Joining implements ControlStream.Handler {
        private final String id;
        private ControlStream stream;
        private boolean welcomed;

        Joining(String id) {
            this.id = id;
        }

        @Override
        public void secured(ControlStream secured, SSLSession session, String protocol) {
            secured.authenticated(this);
        }

        @Override
        public void opened(ControlStream opened) {
            stream = opened;
            opened.send(Preamble.of(Preamble.StreamKind.CONTROL));
            opened.send(new Hello(id, 1, "bench", 0, Protocol.SECURITY_TLS, NodeInfo.NONE));
        }

        @Override
        public void preamble(Preamble preamble) {}

        @Override
        public void message(ControlMessage message) {
            ControlStream open = stream;
            if (message instanceof Welcome && open != null) {
                welcomed = true;
                open.close();
            } else if (message instanceof ControlMessage.ErrorReport report) {
                System.err.println(id + ": " + report.sentence());
            }
        }

        @Override
        public void broken(ProtocolException broken) {
            System.err.println(id + ": " + broken.getMessage());
        }

        @Override
        public void tick() {}

        @Override
        public void closed(Throwable cause) {
            if (!welcomed) {
                failed.incrementAndGet();
                System.err.println(id + ": closed: " + cause);
            }
            atOnce.release();
            done.countDown();
        }
    }
}
