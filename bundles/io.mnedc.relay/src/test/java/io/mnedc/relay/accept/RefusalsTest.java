package io.mnedc.relay.accept;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.DataFrame;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.TestSettings;
import io.mnedc.relay.WithRelay;
import io.mnedc.relay.events.Events;
import io.mnedc.relay.work.Counter;
import io.mnedc.testing.Log;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a relay does not put up with. */
@Timeout(180)
class RefusalsTest extends WithRelay {
    private static final byte[] HI = {1, 2, 3};

    @Test
    void aFullPoolIsACodedRefusalThatNamesIt() throws Exception {
        relay.allocator().pool("10.9.0.0/30");
        try (PlainDevice only = relay.joined("a");
                PlainDevice late = new PlainDevice(relay.address())) {
            late.sendPreamble(StreamKind.CONTROL);
            late.send(late.hello("b", 1));
            late.receivePreamble();
            ErrorReport refusal = (ErrorReport) late.receive();
            assertThat(refusal.code()).isEqualTo(ErrorCode.POOL_EXHAUSTED.number());
            assertThat(refusal.sentence()).contains("10.9.0.0/30");
            assertThat(only.welcome.node()).isEqualTo(2);
        }
    }

    @Test
    void aStrangerThatNeverReadsIsClosed() throws Exception {
        try (PlainDevice stranger = new PlainDevice(relay.address())) {
            stranger.sendPreamble(StreamKind.CONTROL);
            byte[] ping = ControlCodec.encode(new Ping(1)).array();
            byte[] pings = new byte[1000 * ping.length];
            for (int i = 0; i < pings.length; i++) {
                pings[i] = ping[i % ping.length];
            }
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 5_000; i++) {
                            stranger.control.getOutputStream().write(pings);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void anotherMajorVersionGetsARefusalThatItCanRead() throws Exception {
        try (PlainDevice newer = new PlainDevice(relay.address())) {
            newer.control
                    .getOutputStream()
                    .write(new Preamble(StreamKind.CONTROL, 2, 0).encode().array());
            assertThat(newer.receivePreamble().major()).isEqualTo(Protocol.MAJOR);
            ErrorReport refusal = (ErrorReport) newer.receive();
            assertThat(refusal.code()).isEqualTo(ErrorCode.VERSION_UNSUPPORTED.number());
            assertThat(refusal.sentence()).contains("2.0").contains(Protocol.MAJOR + "." + Protocol.MINOR);
            assertThat(newer.control.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void aNewerMinorVersionIsWelcome() throws Exception {
        try (PlainDevice newer = new PlainDevice(relay.address())) {
            newer.control
                    .getOutputStream()
                    .write(new Preamble(StreamKind.CONTROL, Protocol.MAJOR, 200)
                            .encode()
                            .array());
            newer.send(newer.hello("a", 1));
            newer.receivePreamble();
            assertThat(((Welcome) newer.receive()).minor()).isEqualTo(Protocol.MINOR);
        }
    }

    @Test
    void aDataStreamWithoutTheSecretIsRefused() throws Exception {
        try (PlainDevice a = new PlainDevice(relay.address())) {
            a.register("a", 1);
            assertThatThrownBy(() -> a.bind(a.welcome.sessionId(), Opaque.copyOf(new byte[Protocol.SECRET])))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> a.bind(a.welcome.sessionId() + 1, a.welcome.secret()))
                    .isInstanceOf(IOException.class);
            a.bind();
            TestRelay.eventually(() -> relay.count(Counter.REFUSED_BIND) == 2);
        }
    }

    @Test
    void garbageGetsACodedErrorAndNobodyElseNotices() throws Exception {
        try (PlainDevice good = relay.joined("good");
                PlainDevice garbage = new PlainDevice(relay.address());
                PlainDevice oversized = new PlainDevice(relay.address());
                PlainDevice stranger = new PlainDevice(relay.address());
                PlainDevice tls = new PlainDevice(relay.address())) {
            garbage.sendPreamble(StreamKind.CONTROL);
            garbage.control.getOutputStream().write(new byte[] {0, 0, 0, 6, 0, 1, 0, 1, (byte) 0xff, (byte) 0xff});
            garbage.receivePreamble();
            assertThat(((ErrorReport) garbage.receive()).code()).isEqualTo(ErrorCode.PROTOCOL_VIOLATION.number());

            oversized.sendPreamble(StreamKind.CONTROL);
            oversized.control.getOutputStream().write(new byte[] {0x7f, 0, 0, 0});
            oversized.receivePreamble();
            assertThat(((ErrorReport) oversized.receive()).code()).isEqualTo(ErrorCode.TOO_LARGE.number());

            stranger.control
                    .getOutputStream()
                    .write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(stranger.control.getInputStream().readAllBytes()).isEmpty();
            tls.control.getOutputStream().write(new byte[] {0x16, 3, 1});
            assertThat(tls.control.getInputStream().readAllBytes()).isEmpty();

            good.data.getOutputStream().write(good.frame(good.welcome.node(), Protocol.RELAY_NODE, DataFrame.ECHO, HI));
            assertThat(PlainDevice.payload(good.receiveFrame())).isEqualTo(HI);
            assertThat(relay.count(Counter.REFUSED_NOT_MNEDC)).isEqualTo(1);
            assertThat(relay.count(Counter.REFUSED_TLS)).isEqualTo(1);
            assertThat(relay.count(Counter.REFUSED_PROTOCOL)).isEqualTo(2);
        }
    }

    @Test
    void ofAFloodOfRefusalsOneLineOfEachKindIsLoggedInTenSeconds() {
        Counter.Set counters = new Counter.Set();
        Refusals refusals = new Refusals(counters, Events.NONE);
        try (Log log = new Log()) {
            for (int i = 0; i < 1000; i++) {
                refusals.add(Counter.REFUSED_TLS, "192.0.2.1:" + i, "flood of handshakes", 0);
                refusals.add(
                        Counter.REFUSED_BIND, "192.0.2.1:" + i, "flood of data streams", Refusals.QUIET.toNanos() - 1);
            }
            assertThat(log.lines("flood of handshakes"))
                    .singleElement()
                    .asString()
                    .contains("192.0.2.1:0");
            assertThat(log.lines("flood of data streams")).hasSize(1);
            refusals.add(Counter.REFUSED_TLS, "192.0.2.1:1", "one later", Refusals.QUIET.toNanos());
            assertThat(log.lines("one later")).singleElement().asString().contains("and 999 more like it");
        }
        assertThat(counters.values())
                .containsEntry(Counter.REFUSED_TLS.label(), 1001L)
                .containsEntry(Counter.REFUSED_BIND.label(), 1000L);
    }

    @Test
    void aConnectionThatSaysNothingIsClosed() throws Exception {
        relay.restart(new TestSettings().keepalive(Duration.ofSeconds(5)).handshake(Duration.ofMillis(300)));
        try (PlainDevice silent = new PlainDevice(relay.address());
                PlainDevice half = new PlainDevice(relay.address())) {
            half.sendPreamble(StreamKind.CONTROL);
            assertThat(silent.control.getInputStream().read()).isEqualTo(-1);
            half.receivePreamble();
            assertThat(((ErrorReport) half.receive()).code()).isEqualTo(ErrorCode.TIMED_OUT.number());
        }
    }
}
