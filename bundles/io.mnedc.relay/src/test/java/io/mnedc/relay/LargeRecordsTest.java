package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlCodec;
import io.mnedc.codec.ControlMessage.Hello;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.session.Sessions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What large records take of the room is given back as it was taken: coming and going does not lift the limit. */
@Timeout(180)
class LargeRecordsTest extends WithRelay {
    private static final String LONG_ID = "a".repeat(Protocol.MAX_DEVICE_ID);

    private static Hello with(Map<String, String> attributes) {
        return new Hello(LONG_ID, 1, "", 0, Protocol.SECURITY_NONE, new NodeInfo("", "", List.of(), attributes));
    }

    private static int size(Hello hello) {
        return ControlCodec.encode(hello).remaining() - ControlCodec.LENGTH_FIELD;
    }

    /** The largest that a device may say first; as others hear it, it is a little larger. */
    private static Hello largest() {
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < 7; i++) {
            attributes.put("k" + i, "x".repeat(Protocol.MAX_ATTRIBUTE_VALUE));
        }
        attributes.put("last", "");
        int left = Protocol.MAX_HANDSHAKE_MESSAGE - size(with(attributes));
        attributes.put("last", "x".repeat(left));
        return with(attributes);
    }

    private PlainDevice joinedWithMuch() throws Exception {
        PlainDevice device = new PlainDevice(relay.address());
        device.sendPreamble(StreamKind.CONTROL);
        device.send(largest());
        device.receivePreamble();
        device.welcome = (Welcome) device.receive();
        return device;
    }

    @Test
    void aLargeFirstMessageTakesRoomUntilItsDeviceLeaves() throws Exception {
        assertThat(size(largest())).isEqualTo(Protocol.MAX_HANDSHAKE_MESSAGE);
        Sessions sessions = relay.relay().services().sessions();
        for (int i = 0; i < 3; i++) {
            try (PlainDevice device = joinedWithMuch()) {
                assertThat(device.welcome.node()).isPositive();
                assertThat(sessions.roomUsed()).isGreaterThan(Protocol.MAX_HANDSHAKE_MESSAGE);
            }
            TestRelay.eventually(() -> sessions.count() == 0);
            assertThat(sessions.roomUsed()).isZero();
        }
    }
}
