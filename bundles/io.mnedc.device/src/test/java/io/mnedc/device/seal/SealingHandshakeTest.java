package io.mnedc.device.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.Opaque;
import io.mnedc.codec.PeerHandshake;
import io.mnedc.codec.SealMessage;
import io.mnedc.testing.TestTls;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A handshake for keys, of two ends that exchange their parts at once; each may be made as it must not be. */
class SealingHandshakeTest {
    private static final String VERSION = "TLSv1.3";
    private static final List<SealCipher> CIPHERS = SealCipher.preferred(true);

    private TestTls keys;

    @BeforeEach
    void makeKeys() throws Exception {
        keys = new TestTls();
    }

    /** One end's TLS. */
    private class Maker implements PeerEngines {
        private final SSLContext context;
        private final String version;
        private final String[] alpn;
        private @Nullable String refusal;

        Maker(String name, String version, String... alpn) throws Exception {
            this.context = keys.context(name);
            this.version = version;
            this.alpn = alpn;
        }

        @Override
        public SSLEngine engine(String peerId, boolean initiator) {
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(initiator);
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setProtocols(new String[] {version});
            parameters.setApplicationProtocols(alpn);
            if (!initiator) {
                parameters.setNeedClientAuth(true);
            }
            engine.setSSLParameters(parameters);
            return engine;
        }

        @Override
        public void admit(String peerId, SSLSession session) throws CertificateException {
            if (refusal != null) {
                throw new CertificateException(refusal);
            }
        }
    }

    private Maker good(String name) throws Exception {
        return new Maker(name, VERSION, PeerEngines.ALPN);
    }

    private static SealMessage.Keys some(int epoch) {
        return new SealMessage.Keys(
                epoch, Opaque.copyOf(new byte[SealMessage.KEY]), Opaque.copyOf(new byte[SealMessage.IV]));
    }

    /** The two ends; the failure of each, when it fails. */
    private static final class Pair {
        final SealingHandshake one;
        final SealingHandshake two;

        @Nullable
        SealingException failureOfOne;

        @Nullable
        SealingException failureOfTwo;

        Pair(PeerEngines one, PeerEngines two) throws Exception {
            this.one = new SealingHandshake(1, true, "two", one, CIPHERS, some(1));
            this.two = new SealingHandshake(1, false, "one", two, CIPHERS, some(2));
            this.one.begin();
            this.two.begin();
            List<Opaque> forward = this.one.output();
            while (!forward.isEmpty()) {
                failureOfTwo = deliver(forward, this.two, failureOfTwo);
                List<Opaque> back = this.two.output();
                failureOfOne = deliver(back, this.one, failureOfOne);
                forward = this.one.output();
            }
        }

        private static @Nullable SealingException deliver(
                List<Opaque> parts, SealingHandshake to, @Nullable SealingException before) throws Exception {
            for (Opaque each : parts) {
                try {
                    to.received(World.part(each));
                } catch (SealingException e) {
                    return before == null ? e : before;
                }
            }
            return before;
        }

        void madeNoKeys() {
            for (SealingHandshake each : List.of(one, two)) {
                assertThat(each.opener()).isNull();
                assertThat(each.sealer()).isNull();
                assertThat(each.complete()).isFalse();
            }
        }
    }

    private static String message(@Nullable SealingException failure) {
        return failure == null ? "no failure" : String.valueOf(failure.getMessage());
    }

    @Test
    void twoGoodEndsMakeKeys() throws Exception {
        Pair pair = new Pair(good("one"), good("two"));
        assertThat(pair.failureOfOne).isNull();
        assertThat(pair.failureOfTwo).isNull();
        assertThat(pair.one.complete()).isTrue();
        assertThat(pair.two.complete()).isTrue();
        assertThat(pair.one.opener()).isNotNull();
        assertThat(pair.two.sealer()).isNotNull();
    }

    @Test
    void anAnswererThatSpeaksNoApplicationProtocolGetsNoKeys() throws Exception {
        Pair pair = new Pair(good("one"), new Maker("two", VERSION));
        assertThat(message(pair.failureOfOne)).contains("application protocol \"\"");
        pair.madeNoKeys();
    }

    @Test
    void aBeginnerThatOffersNoApplicationProtocolGetsNoKeys() throws Exception {
        Pair pair = new Pair(new Maker("one", VERSION), good("two"));
        assertThat(message(pair.failureOfTwo)).contains("application protocol \"\"");
        pair.madeNoKeys();
    }

    /** As a control stream's, whose bytes somebody brings here. */
    @Test
    void twoEndsThatAgreeOnAnotherApplicationProtocolMakeNoKeys() throws Exception {
        Pair pair = new Pair(new Maker("one", VERSION, "other/1"), new Maker("two", VERSION, "other/1"));
        assertThat(message(pair.failureOfOne)).contains("application protocol \"other/1\"");
        assertThat(refused(pair.failureOfOne)).isFalse();
        pair.madeNoKeys();
    }

    @Test
    void anOlderTlsMakesNoKeys() throws Exception {
        Pair pair =
                new Pair(new Maker("one", "TLSv1.2", PeerEngines.ALPN), new Maker("two", "TLSv1.2", PeerEngines.ALPN));
        assertThat(message(pair.failureOfOne) + message(pair.failureOfTwo)).contains("the peer speaks TLSv1.2");
        pair.madeNoKeys();
    }

    @Test
    void whoIsNotAdmittedGetsNoKeysAtEitherEnd() throws Exception {
        Maker strict = good("two");
        strict.refusal = "not this one";
        Pair refusedByTwo = new Pair(good("one"), strict);
        assertThat(refusedByTwo.failureOfTwo).hasMessage("not this one");
        assertThat(refused(refusedByTwo.failureOfTwo)).isTrue();
        assertThat(refused(refusedByTwo.failureOfOne)).as("it hears of it").isTrue();
        refusedByTwo.madeNoKeys();
        Maker one = good("one");
        one.refusal = "nor that one";
        Pair refusedByOne = new Pair(one, good("two"));
        assertThat(refusedByOne.failureOfOne).hasMessage("nor that one");
        refusedByOne.madeNoKeys();
    }

    @Test
    void aPartThatComesAgainIsIgnoredAndOneThatIsMissingEndsIt() throws Exception {
        SealingHandshake one = new SealingHandshake(1, true, "two", good("one"), CIPHERS, some(1));
        one.begin();
        PeerHandshake first = World.part(one.output().get(0));
        SealingHandshake two = new SealingHandshake(1, false, "one", good("two"), CIPHERS, some(2));
        two.begin();
        assertThat(two.received(first)).isTrue();
        assertThat(two.received(first)).isFalse();
        PeerHandshake later = new PeerHandshake(true, 1, 2, first.tls());
        assertThatThrownBy(() -> two.received(later))
                .isInstanceOf(SealingException.class)
                .hasMessageContaining("part 1");
    }

    @Test
    void partsAreAsLongAsAnEnvelopeMayBe() throws Exception {
        SealingHandshake one = new SealingHandshake(1, true, "two", good("one"), CIPHERS, some(1));
        SealingHandshake two = new SealingHandshake(1, false, "one", good("two"), CIPHERS, some(2));
        one.begin();
        two.begin();
        List<Opaque> all = new ArrayList<>(one.output());
        for (Opaque each : List.copyOf(all)) {
            two.received(World.part(each));
        }
        all.addAll(two.output());
        assertThat(all)
                .isNotEmpty()
                .allSatisfy(part ->
                        assertThat(World.part(part).tls().bytes().length).isBetween(1, PeerHandshake.MAX_TLS));
    }

    private static boolean refused(@Nullable SealingException failure) {
        return failure != null && failure.refused();
    }

    /** Keys that are in use end when the peer is refused, and only then: else whoever can disturb could end them. */
    @Test
    void onlyACertificateThatIsNotBelievedIsARefusal() throws Exception {
        PeerEngines stranger = new Maker("one", VERSION, PeerEngines.ALPN) {
            @Override
            public SSLEngine engine(String peerId, boolean initiator) {
                return foreign(super.engine(peerId, initiator));
            }
        };
        Pair pair = new Pair(stranger, good("two"));
        assertThat(refused(pair.failureOfOne)).isTrue();
        pair.madeNoKeys();

        SealingHandshake two = new SealingHandshake(1, false, "one", good("two"), CIPHERS, some(2));
        two.begin();
        byte[] garbage = new byte[100];
        assertThatThrownBy(() -> two.received(new PeerHandshake(true, 1, 0, Opaque.copyOf(garbage))))
                .isInstanceOfSatisfying(
                        SealingException.class, e -> assertThat(e.refused()).isFalse());
    }

    /** With the certificate, and the trust, of another overlay. */
    private static SSLEngine foreign(SSLEngine like) {
        try {
            SSLEngine engine = new TestTls().context("one").createSSLEngine();
            engine.setUseClientMode(like.getUseClientMode());
            engine.setSSLParameters(like.getSSLParameters());
            return engine;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
