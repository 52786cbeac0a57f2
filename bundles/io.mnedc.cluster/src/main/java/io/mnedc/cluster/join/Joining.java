package io.mnedc.cluster.join;

import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.authority.NewRelay;
import io.mnedc.transport.ControlLoop;
import io.mnedc.transport.ControlStream;
import io.mnedc.transport.ControlTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets this host's relay join the overlay of a join token: asks the token's relays, one after the other, for a certificate and for what
 * must be known of the overlay. It may be repeated after a crash at any point, with the same token: the key stays, and so does the
 * number. Thread-safe.
 */
public final class Joining {
    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final String SOFTWARE = "mnedc-relay";
    /** What ENROL says of a relay: nobody looks at it, but it must be of a device ID's form. */
    private static final String NO_DEVICE = "relay";

    /** Of one name. */
    private static final int MOST_ADDRESSES = 4;
    /** More make a message that nobody reads. */
    private static final int MOST_NOTED = 4;

    /**
     * How long each part may take.
     *
     * @param lookUp of a name
     * @param connect one connection
     * @param answer from the connection on; a relay answers a wrong token only after a while, which grows with each one
     * @param all together; what was begun is ended
     */
    record Times(Duration lookUp, Duration connect, Duration answer, Duration all) {
        static final Times USUAL = new Times(
                Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(50), Duration.ofMinutes(5));
    }

    private final Times times;

    /** With the usual times: five minutes at most. */
    public Joining() {
        this(Times.USUAL);
    }

    Joining(Times times) {
        this.times = times;
    }

    /**
     * Joins, and waits for it.
     *
     * @param token for relays, which another relay of the overlay has made
     * @param identity the directory of the relay's keys and certificates; made if it is missing. Afterwards {@code
     *     OverlayAuthority} opens it with the shared store
     * @return what the relay must know of the overlay
     * @throws JoinException if no relay of the token lets it join, it cannot be stored, or this thread is interrupted
     */
    public Joined join(JoinToken token, Path identity) throws JoinException {
        NewRelay own;
        Enrol request;
        try {
            own = NewRelay.open(identity, InstantSource.system());
            request = new Enrol(
                    NO_DEVICE,
                    token.id(),
                    Opaque.copyOf(token.secret()),
                    Opaque.copyOf(own.request(token)),
                    SOFTWARE,
                    Protocol.ROLE_RELAY);
        } catch (IOException | GeneralSecurityException e) {
            throw new JoinException(PlainText.of(e), true, e);
        }
        AtomicInteger threads = new AtomicInteger();
        // a look-up may hang until the system gives it up: no more threads than addresses and one handshake
        ExecutorService work = Executors.newCachedThreadPool(task -> {
            Thread made = new Thread(task, "mnedc-cluster-join-work-" + threads.incrementAndGet());
            made.setDaemon(true);
            made.setContextClassLoader(null);
            return made;
        });
        try (ControlLoop loop =
                new ControlLoop("cluster-join", fault -> LOG.error("joining has failed in an unexpected way", fault))) {
            return new Attempt(token, own, request, loop, work).run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JoinException("joining was interrupted", false, e);
        } finally {
            work.shutdownNow();
        }
    }

    /** One call. */
    private final class Attempt {
        private final JoinToken token;
        private final NewRelay own;
        private final Enrol request;
        private final ControlLoop loop;
        private final ExecutorService work;
        private final ControlTls tls;
        private final long begun = System.nanoTime();
        private final List<String> noted = new ArrayList<>();
        private boolean lasting = true;

        Attempt(JoinToken token, NewRelay own, Enrol request, ControlLoop loop, ExecutorService work) {
            this.token = token;
            this.own = own;
            this.request = request;
            this.loop = loop;
            this.work = work;
            this.tls = new ControlTls(this::engine, Set.of(OverlayTls.ENROL), work, times.connect());
        }

        private SSLEngine engine() {
            try {
                return OverlayTls.client(
                        OverlayTls.context(null, OverlayTrust.pinned(token.fingerprint(), own.floor())),
                        OverlayTls.ENROL);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("no TLS: " + e.getMessage(), e);
            }
        }

        Joined run() throws JoinException, InterruptedException {
            for (String address : token.addresses()) {
                for (InetSocketAddress place : lookUp(address)) {
                    Optional<Joined> joined = ask(address, place);
                    if (joined.isPresent()) {
                        return joined.get();
                    }
                }
            }
            throw new JoinException(
                    "no relay of the join token lets this one join: " + String.join("; ", noted), lasting);
        }

        private List<InetSocketAddress> lookUp(String address) throws JoinException, InterruptedException {
            int colon = address.lastIndexOf(':');
            String host = address.substring(0, colon);
            int port = Integer.parseInt(address.substring(colon + 1));
            Future<InetAddress[]> found = work.submit(() -> InetAddress.getAllByName(host));
            try {
                return Arrays.stream(found.get(left(times.lookUp()), TimeUnit.NANOSECONDS))
                        .limit(MOST_ADDRESSES)
                        .map(each -> new InetSocketAddress(each, port))
                        .toList();
            } catch (ExecutionException e) {
                boolean unknown = e.getCause() instanceof UnknownHostException;
                note(address, unknown ? "the name is unknown" : PlainText.of(e), false);
            } catch (TimeoutException e) {
                // it ends with its thread
                found.cancel(true);
                note(address, "the name was not found in time", false);
            }
            return List.of();
        }

        private Optional<Joined> ask(String address, InetSocketAddress place)
                throws JoinException, InterruptedException {
            CompletableFuture<Credentials> answer = new CompletableFuture<>();
            Optional<ControlStream> stream =
                    ControlStream.connect(loop, place, times.connect(), tls, new EnrolStream(request, answer));
            try {
                return Optional.of(taken(answer.get(left(times.answer()), TimeUnit.NANOSECONDS)));
            } catch (ExecutionException e) {
                boolean lasts = e.getCause() instanceof JoinException refusal && refusal.isLasting();
                note(address, PlainText.of(e.getCause() == null ? e : e.getCause()), lasts);
            } catch (TimeoutException e) {
                note(address, "the relay did not answer in time", false);
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                note(address, PlainText.of(e), true);
            } catch (IOException e) {
                throw new JoinException(
                        "what the join token has brought cannot be stored: " + PlainText.of(e), true, e);
            } finally {
                stream.ifPresent(ControlStream::cut);
            }
            return Optional.empty();
        }

        private Joined taken(Credentials credentials) throws IOException, GeneralSecurityException {
            // before anything is written
            Joined joined = Joined.parse(credentials.overlay());
            own.joined(
                    new io.mnedc.security.Credentials(
                            credentials.chain().stream().map(Opaque::bytes).toList(),
                            credentials.trusted().stream().map(Opaque::bytes).toList()),
                    token);
            LOG.info("this relay has joined the overlay {} as number {}", joined.overlay(), joined.number());
            return joined;
        }

        private long left(Duration most) throws JoinException {
            long nanos = Math.min(most.toNanos(), times.all().toNanos() - (System.nanoTime() - begun));
            if (nanos <= 0) {
                throw new JoinException(
                        "no relay of the join token has let this one join within "
                                + times.all().toSeconds() + " s: " + String.join("; ", noted),
                        false);
            }
            return nanos;
        }

        /** Trying again helps if it may help at one of them. */
        private void note(String address, String why, boolean lasts) {
            lasting = lasting && lasts;
            LOG.debug("joining at {}: {}", address, why);
            if (noted.size() < MOST_NOTED) {
                noted.add(address + ": " + why);
            }
        }
    }
}
