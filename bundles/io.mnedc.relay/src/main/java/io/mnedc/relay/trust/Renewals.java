package io.mnedc.relay.trust;

import io.mnedc.api.relay.RelayEvent.Kind;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.relay.accept.Acceptor;
import io.mnedc.relay.work.Counter;
import io.mnedc.transport.ControlStream;
import java.util.concurrent.TimeUnit;

/**
 * Answers a registered device's requests for another certificate: one after the other, {@value #BURST} at once and one a
 * minute, since each costs signatures and writes to the disk. All on the stream's event loop.
 */
public final class Renewals {
    private static final int BURST = 5;
    private static final long EARN_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final TrustServices services;
    private final RelaySecurity security;
    private final Peer peer;
    private final ControlStream stream;
    private boolean busy;
    private int left = BURST;
    private long earned = System.nanoTime();

    Renewals(TrustServices services, RelaySecurity security, Peer peer, ControlStream stream) {
        this.services = services;
        this.security = security;
        this.peer = peer;
        this.stream = stream;
    }

    /** Renews, or tells the device why not. */
    public void requested(Opaque request, long now) {
        if (now - earned >= EARN_NANOS) {
            left = Math.min(BURST, left + 1);
            earned = now;
        }
        if (busy || left == 0) {
            stream.send(new ErrorReport(
                    ErrorCode.LIMIT_EXCEEDED.number(), "too many requests for certificates: wait a minute", false, (int)
                            TimeUnit.NANOSECONDS.toMillis(EARN_NANOS)));
            return;
        }
        busy = true;
        left--;
        security.renew(
                peer,
                request,
                credentials -> back(() -> renewed(credentials)),
                refusal -> back(() -> refused(refusal)));
    }

    private void back(Runnable task) {
        stream.execute(task);
    }

    private void renewed(Credentials credentials) {
        services.counters().add(Counter.RENEWALS, 1);
        services.events().record(Kind.RENEWED, peer.deviceId(), remote(), "");
        services.log().info(peer.deviceId(), "has another certificate: it was renewed");
        answer(credentials);
    }

    private void refused(ErrorReport refusal) {
        Counter kind = Counter.of(refusal);
        services.refusals()
                .add(
                        kind == null ? Counter.REFUSED_CERTIFICATE : kind,
                        remote(),
                        "certificate of " + peer.deviceId() + " not renewed: " + refusal.sentence());
        answer(new ErrorReport(refusal.code(), refusal.sentence(), false, refusal.retryMillis()));
    }

    private void answer(ControlMessage answer) {
        busy = false;
        stream.send(answer);
    }

    private String remote() {
        var remote = stream.remote();
        return remote == null ? "a closed connection" : Acceptor.text(remote);
    }
}
