package io.mnedc.relay.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.Publish;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Protocol;
import io.mnedc.relay.PlainDevice;
import io.mnedc.relay.TestRelay;
import io.mnedc.relay.TestSettings;
import io.mnedc.relay.announce.InfoRoom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class NoRoomTest {
    private static Publish large(int number) {
        Map<String, String> attributes = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            attributes.put("k" + i, Integer.toString(number).repeat(Protocol.MAX_ATTRIBUTE_VALUE));
        }
        return new Publish(new NodeInfo("", "", List.of(), attributes));
    }

    @Test
    void aDeviceIsToldOnceInAWhileThatThereIsNoRoom() throws Exception {
        try (TestRelay relay = TestRelay.with(new TestSettings())) {
            Sessions sessions = relay.relay().services().sessions();
            sessions.room(InfoRoom.of(0));
            try (PlainDevice device = relay.joined("a")) {
                Session session = Objects.requireNonNull(sessions.ofDevice("a"));
                for (int i = 0; i < 9; i++) {
                    assertThat(sessions.publish(session, large(i))).isZero();
                }
                session.send(ErrorReport.notice(ErrorCode.TOOK_OVER, "the last one"));
                List<ErrorReport> notices = new ArrayList<>();
                do {
                    notices.add(device.await(ErrorReport.class));
                } while (notices.get(notices.size() - 1).code() != ErrorCode.TOOK_OVER.number());
                notices.remove(notices.size() - 1);
                assertThat(notices).singleElement().satisfies(notice -> {
                    assertThat(notice.code()).isEqualTo(ErrorCode.LIMIT_EXCEEDED.number());
                    assertThat(notice.sentence()).contains("no room");
                    assertThat(notice.fatal()).isFalse();
                });
            }
        }
    }
}
