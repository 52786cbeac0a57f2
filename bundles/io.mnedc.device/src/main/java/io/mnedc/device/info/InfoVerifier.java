package io.mnedc.device.info;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.InfoDocument;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.ProtocolException;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.security.DocumentSignatures;
import io.mnedc.security.PeerName;
import io.mnedc.security.Pem;
import io.mnedc.security.VerifiedChains;
import io.mnedc.work.LogLimiter;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks what is announced of peers: by the signature, whose it is, by the number, that it is not older than what was seen
 * before. What has not changed is not checked again. Used by one thread.
 */
public final class InfoVerifier {
    private static final Logger LOG = LoggerFactory.getLogger(InfoVerifier.class);
    /**
     * Devices whose last number is remembered. Only a document that is good gets in, so a relay cannot push others out without
     * as many devices of the overlay.
     */
    static final int MOST = 65_536;

    private static final Duration COMPLAINTS_APART = Duration.ofMinutes(1);

    /**
     * What is known of a peer.
     *
     * @param verified whether the peer vouches for it
     */
    record Result(OrchestrationInfo info, boolean verified, Set<String> groups) {
        static final Result NOTHING = new Result(OrchestrationInfo.NONE, false, Set.of());

        static Result unsigned(NodeRecord node) {
            return new Result(InfoRecords.of(node.info()), false, Set.of());
        }
    }

    /**
     * The last good document of a peer.
     *
     * @param document null once the peer has left: its number is remembered, not what it said
     * @param until when the first of its certificates ends
     */
    private record Last(
            long issue,
            int hash,
            @Nullable SignedInfo document,
            Set<X509Certificate> trusted,
            Instant until,
            Result result) {
        Last withoutContent() {
            return new Last(issue, hash, null, Set.of(), Instant.MIN, Result.NOTHING);
        }

        boolean holds(Identity identity, Instant now) {
            return trusted.equals(identity.trusted()) && !now.isAfter(until);
        }
    }

    private final DeviceIdentity identities;
    private final LongAdder refused;
    private final VerifiedChains chains = new VerifiedChains();
    private final LogLimiter complaints = new LogLimiter(COMPLAINTS_APART);
    // by the last use
    private final Map<String, Last> last = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Last> eldest) {
            return size() > MOST;
        }
    };

    /**
     * Knows nobody yet.
     *
     * @param refused counts documents that were not believed
     */
    public InfoVerifier(DeviceIdentity identities, LongAdder refused) {
        this.identities = identities;
        this.refused = refused;
    }

    /**
     * {@return what is to be believed of a peer}
     *
     * @param node as announced
     * @param sealed whether the overlay has security; without, nobody can sign
     */
    Result check(NodeRecord node, boolean sealed) {
        if (!sealed) {
            return Result.unsigned(node);
        }
        Last before = last.get(node.deviceId());
        SignedInfo document = node.document();
        if (document == null) {
            // who has signed before does not cease to: somebody has taken it away
            return before == null ? Result.unsigned(node) : Result.NOTHING;
        }
        Identity identity = identities.current();
        if (identity == null) {
            return Result.NOTHING;
        }
        Instant now = identities.floor().now();
        if (before != null && document.equals(before.document()) && before.holds(identity, now)) {
            return before.result();
        }
        try {
            return believe(node.deviceId(), document, identity, now, before);
        } catch (GeneralSecurityException | ProtocolException | RuntimeException e) {
            // certificates are read by parsers of others
            refuse(node.deviceId(), PlainText.of(e));
            return Result.NOTHING;
        }
    }

    private Result believe(String deviceId, SignedInfo document, Identity identity, Instant now, @Nullable Last before)
            throws GeneralSecurityException, ProtocolException {
        List<X509Certificate> chain =
                Pem.parse(document.chain().stream().map(Opaque::bytes).toList());
        PeerName signer = chains.check(chain, identity.trusted(), now, Duration.ZERO);
        DocumentSignatures.verify(
                chain.get(0).getPublicKey(),
                document.scheme(),
                document.body().bytes(),
                document.signature().bytes());
        InfoDocument said = InfoDocument.decode(document.body());
        if (!signer.deviceId().equals(deviceId) || !said.deviceId().equals(deviceId)) {
            throw new GeneralSecurityException("it is signed by " + signer.deviceId() + ", for " + said.deviceId());
        }
        int hash = document.body().hashCode();
        if (before != null
                && (said.issue() < before.issue() || (said.issue() == before.issue() && hash != before.hash()))) {
            refuse(deviceId, "it has the number " + said.issue() + ", but " + before.issue() + " was seen before");
            return before.holds(identity, now) ? before.result() : Result.NOTHING;
        }
        Result result = new Result(InfoRecords.of(said.info()), true, signer.groups());
        Instant until = chain.stream()
                .map(each -> each.getNotAfter().toInstant())
                .min(Comparator.naturalOrder())
                .orElse(now);
        last.put(deviceId, new Last(said.issue(), hash, document, identity.trusted(), until, result));
        return result;
    }

    private void refuse(String deviceId, String why) {
        refused.increment();
        if (complaints.may(System.nanoTime())) {
            LOG.warn(
                    "What the relay tells of {} is not believed: {}. Is the relay to be trusted?{}",
                    deviceId,
                    why,
                    complaints.heldBack());
        }
    }

    /** A peer has left. */
    void forget(String deviceId) {
        Last known = last.get(deviceId);
        if (known != null) {
            last.put(deviceId, known.withoutContent());
        }
    }
}
