package io.mnedc.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.Announce;
import io.mnedc.codec.ControlMessage.Change.Present;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class LabelsTest extends WithRelay {
    @Test
    void aDeviceAndItsPeersHearItsName() throws Exception {
        try (PlainDevice first = relay.joined("GW_2");
                PlainDevice second = relay.joined("camera")) {
            assertThat(first.welcome.label()).isEqualTo("gw-2");
            assertThat(second.welcome.label()).isEqualTo("camera");
            assertThat(second.await(Announce.class).changes())
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Present.class,
                            present -> assertThat(present.node().label()).isEqualTo("gw-2"));
            assertThat(first.changes(1))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Present.class,
                            present -> assertThat(present.node().label()).isEqualTo("camera"));
        }
    }

    @Test
    void aDeviceWhoseNameIsTakenHearsOfIt() throws Exception {
        try (PlainDevice first = relay.joined("camera");
                PlainDevice second = relay.joined("Camera")) {
            assertThat(first.welcome.label()).isEqualTo("camera");
            assertThat(second.welcome.label()).isEqualTo("camera-" + second.welcome.node());
            ErrorReport notice = second.await(ErrorReport.class);
            assertThat(notice.code()).isEqualTo(ErrorCode.LABEL_TAKEN.number());
            assertThat(notice.fatal()).isFalse();
            assertThat(notice.sentence()).contains("camera", second.welcome.label(), "device.id");
        }
    }
}
