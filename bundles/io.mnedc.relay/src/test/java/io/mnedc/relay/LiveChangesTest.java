package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Preamble.StreamKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What changes around a relay while devices are registered. */
@Timeout(180)
class LiveChangesTest extends WithRelay {
    private static final byte[] HI = {1, 2, 3};

    @Test
    void aSecondConnectionWithTheSameIdTakesOverAndBothAreTold() throws Exception {
        try (PlainDevice watcher = relay.joined("w");
                PlainDevice first = relay.joined("a");
                PlainDevice second = new PlainDevice(relay.address())) {
            watcher.await(Announce.class);
            watcher.changes(1);
            second.register("a", 2);
            second.bind();
            ErrorReport toOld = first.await(ErrorReport.class);
            assertThat(toOld.code()).isEqualTo(ErrorCode.REPLACED.number());
            assertThat(toOld.fatal()).isTrue();
            assertThat(toOld.sentence()).contains("cloned");
            ErrorReport toNew = second.await(ErrorReport.class);
            assertThat(toNew.code()).isEqualTo(ErrorCode.TOOK_OVER.number());
            assertThat(toNew.fatal()).isFalse();
            assertThat(second.welcome.node()).isEqualTo(first.welcome.node());

            watcher.sendFrame(second.welcome.node(), HI);
            assertThat(PlainDevice.payload(second.receiveFrame())).isEqualTo(HI);
            assertThat(first.data.getInputStream().read())
                    .as("the old data stream ends")
                    .isEqualTo(-1);
            assertThat(relay.relay().status().snapshot().sessions()).hasSize(2);
        }
    }

    @Test
    void withoutAnAllocatorDevicesAreToldToTryAgainAndSessionsGoOn() throws Exception {
        try (PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            relay.relay().allocator(null);
            try (PlainDevice late = new PlainDevice(relay.address())) {
                late.sendPreamble(StreamKind.CONTROL);
                late.send(late.hello("c", 1));
                late.receivePreamble();
                ErrorReport refusal = (ErrorReport) late.receive();
                assertThat(refusal.code()).isEqualTo(ErrorCode.LEASE_UNAVAILABLE.number());
                assertThat(refusal.retryMillis()).isPositive();
            }
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
        }
    }

    @Test
    void aChangedPoolSendsDevicesToRegisterAgain() throws Exception {
        try (PlainDevice a = relay.joined("a")) {
            relay.allocator().pool("10.8.0.0/24");
            relay.relay().allocator(relay.allocator());
            ErrorReport told = a.await(ErrorReport.class);
            assertThat(told.code()).isEqualTo(ErrorCode.READDRESSED.number());
            try (PlainDevice again = relay.joined("a")) {
                assertThat(again.welcome.network()).isEqualTo(0x0a080000);
            }
        }
    }

    @Test
    void aChangedIpv6PrefixOrPrefixLengthSendsDevicesToRegisterAgain() throws Exception {
        try (PlainDevice a = relay.joined("a")) {
            relay.allocator().pool("10.9.0.0/24", "fd00:9:9:9::/64");
            relay.relay().allocator(relay.allocator());
            assertThat(a.await(ErrorReport.class).code()).isEqualTo(ErrorCode.READDRESSED.number());
        }
        try (PlainDevice a = relay.joined("a")) {
            relay.allocator().pool("10.9.0.0/16", "fd00:9:9:9::/64");
            relay.relay().allocator(relay.allocator());
            assertThat(a.await(ErrorReport.class).code()).isEqualTo(ErrorCode.READDRESSED.number());
        }
    }

    @Test
    void anAddressThatWasLeasedAnewBelongsToTheNewDevice() throws Exception {
        try (PlainDevice before = relay.joined("a");
                PlainDevice watcher = relay.joined("w")) {
            assertThat(watcher.await(Announce.class).changes()).hasSize(1);
            relay.allocator().release("a").toCompletableFuture().join();
            relay.allocator().release("w").toCompletableFuture().join();
            try (PlainDevice now = relay.joined("b")) {
                assertThat(now.welcome.node()).isEqualTo(before.welcome.node());
                assertThat(before.await(ErrorReport.class).code()).isEqualTo(ErrorCode.READDRESSED.number());
                assertThat(watcher.changes(2)).contains(new Change.Absent("a"));
                watcher.sendFrame(now.welcome.node(), HI);
                assertThat(PlainDevice.payload(now.receiveFrame())).isEqualTo(HI);
            }
        }
    }

    @Test
    void anAddressInUseIsTriedAgainUntilItIsFree() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            relay.restart(new TestSettings()
                    .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), other.getLocalPort())));
            assertThat(relay.relay().listening()).isEmpty();
        }
        TestRelay.eventually(() -> !relay.relay().listening().isEmpty());
        try (PlainDevice a = relay.joined("a")) {
            assertThat(a.welcome.node()).isEqualTo(2);
        }
    }

    @Test
    void anAddressThatCannotBeBoundIsRefusedAndTheOldOneGoesOn() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), other.getLocalPort());
            assertThatThrownBy(() -> relay.become(new TestSettings().listen(taken)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(String.valueOf(other.getLocalPort()));
        }
        try (PlainDevice a = relay.joined("a")) {
            assertThat(a.welcome.node()).isEqualTo(2);
        }
    }

    @Test
    void theListeningSocketMovesAndDevicesStay() throws Exception {
        try (PlainDevice a = relay.joined("a");
                PlainDevice b = relay.joined("b")) {
            InetSocketAddress before = relay.address();
            relay.become(new TestSettings().listen(new InetSocketAddress("127.0.0.2", 0)));
            assertThat(relay.relay().listening()).singleElement().asString().startsWith("127.0.0.2:");
            assertThatThrownBy(() -> new PlainDevice(before)).isInstanceOf(IOException.class);
            a.sendFrame(b.welcome.node(), HI);
            assertThat(PlainDevice.payload(b.receiveFrame())).isEqualTo(HI);
        }
    }

    @Test
    void stoppingTellsTheDevices() throws Exception {
        try (PlainDevice a = relay.joined("a")) {
            relay.close();
            assertThat(a.await(ErrorReport.class).code()).isEqualTo(ErrorCode.STOPPING.number());
        }
    }
}
