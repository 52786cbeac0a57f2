package io.mnedc.codec.session;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.DataChallenge;
import io.mnedc.codec.ControlMessage.DataHello;
import io.mnedc.codec.ControlMessage.DataProof;
import io.mnedc.codec.ControlMessage.DataReady;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Protocol;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.function.LongFunction;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Binds a data stream to the session whose control stream handed out a secret. Each side proves that it knows the
 * secret without sending it. The first thing that is wrong ends the attempt, messages of unknown types among it: the
 * other end has proved nothing yet.
 *
 * <pre>
 *  device                                             relay
 *    | -- DATA_HELLO session, device nonce ------------> |
 *    | <------------------- DATA_CHALLENGE relay nonce -- |
 *    | -- DATA_PROOF mac("mnedc data device", ...) -----> |
 *    | <------------ DATA_READY mac("mnedc data relay") - |
 * </pre>
 *
 * The MAC is HMAC-SHA256 (RFC 2104, FIPS 180-4) under the secret over: the label in ASCII, the session ID as 8 bytes,
 * the device's nonce, the relay's nonce.
 */
public sealed interface DataBinding {
    /**
     * A message came. How long all this may take is up to the caller.
     *
     * @param message from the other end
     * @return what to do
     */
    List<Effect> received(ControlMessage message);

    /** {@return whether frames may flow} */
    boolean ready();

    /** {@return whether it is over without success; whatever else comes is ignored} */
    boolean failed();

    /** The device's end. */
    final class Device implements DataBinding {
        private final long sessionId;
        private final Opaque secret;
        private final Opaque nonce;
        private @Nullable Opaque expected;
        private final BindingState state = new BindingState("relay");

        /**
         * Begins.
         *
         * @param sessionId of the welcome
         * @param secret of the welcome
         * @param nonce {@value Protocol#NONCE} fresh random bytes
         */
        public Device(long sessionId, Opaque secret, Opaque nonce) {
            this.sessionId = sessionId;
            this.secret = secret;
            this.nonce = nonce;
        }

        /** {@return what to send first, after the preamble} */
        public ControlMessage start() {
            return new DataHello(sessionId, nonce);
        }

        @Override
        public List<Effect> received(ControlMessage message) {
            Opaque awaited = expected;
            if (state.failed()) {
                return List.of();
            }
            if (message instanceof ErrorReport report) {
                return state.reported(report);
            }
            if (awaited == null && message instanceof DataChallenge challenge) {
                expected = mac("mnedc data relay", secret, sessionId, nonce, challenge.nonce());
                Opaque proof = mac("mnedc data device", secret, sessionId, nonce, challenge.nonce());
                return List.of(new Effect.Send(new DataProof(proof)));
            }
            if (awaited != null && !state.ready() && message instanceof DataReady answer) {
                if (!awaited.equals(answer.mac())) {
                    return state.refuse(ErrorCode.BIND_FAILED, "the relay could not prove itself on the data stream");
                }
                state.succeeded();
                return List.of(new Effect.Bound(sessionId));
            }
            return state.notAllowed(message);
        }

        @Override
        public boolean failed() {
            return state.failed();
        }

        @Override
        public boolean ready() {
            return state.ready();
        }
    }

    /** The relay's end. */
    final class Relay implements DataBinding {
        private final LongFunction<@Nullable Opaque> secrets;
        private final Opaque nonce;
        private final Opaque decoy;
        private @Nullable DataHello hello;
        private final BindingState state = new BindingState("device");

        /**
         * Begins.
         *
         * @param secrets tells the secret of a session, or null if there is no such session
         * @param nonce {@value Protocol#NONCE} fresh random bytes
         * @param decoy {@value Protocol#SECRET} fresh random bytes: stands in for the secret of an unknown session,
         *     so that asking does not tell which sessions there are
         */
        public Relay(LongFunction<@Nullable Opaque> secrets, Opaque nonce, Opaque decoy) {
            this.secrets = secrets;
            this.nonce = nonce;
            this.decoy = decoy;
        }

        @Override
        public List<Effect> received(ControlMessage message) {
            DataHello greeted = hello;
            if (state.failed()) {
                return List.of();
            }
            if (message instanceof ErrorReport report) {
                return state.reported(report);
            }
            if (greeted == null && message instanceof DataHello first) {
                hello = first;
                return List.of(new Effect.Send(new DataChallenge(nonce)));
            }
            if (greeted != null && !state.ready() && message instanceof DataProof proof) {
                return proved(greeted, proof);
            }
            return state.notAllowed(message);
        }

        private List<Effect> proved(DataHello greeted, DataProof proof) {
            long id = greeted.sessionId();
            Opaque known = secrets.apply(id);
            Opaque secret = known == null ? decoy : known;
            if (!mac("mnedc data device", secret, id, greeted.nonce(), nonce).equals(proof.mac())) {
                // one wrong proof ends it: nobody guesses twice at one nonce
                return state.refuse(
                        ErrorCode.BIND_FAILED,
                        "the data stream belongs to no registered session: open the control stream again");
            }
            state.succeeded();
            Opaque answer = mac("mnedc data relay", secret, id, greeted.nonce(), nonce);
            return List.of(new Effect.Send(new DataReady(answer)), new Effect.Bound(id));
        }

        @Override
        public boolean failed() {
            return state.failed();
        }

        @Override
        public boolean ready() {
            return state.ready();
        }
    }

    private static Opaque mac(String label, Opaque secret, long sessionId, Opaque deviceNonce, Opaque relayNonce) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.bytes(), "HmacSHA256"));
            mac.update(label.getBytes(StandardCharsets.US_ASCII));
            mac.update(ByteBuffer.allocate(Long.BYTES).putLong(sessionId).flip());
            mac.update(deviceNonce.bytes());
            return Opaque.copyOf(mac.doFinal(relayNonce.bytes()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
