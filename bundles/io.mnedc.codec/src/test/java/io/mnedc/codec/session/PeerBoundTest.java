package io.mnedc.codec.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

class PeerBoundTest {
    private static long cost(String id, String software, String platform, String type, ServiceRecord... services) {
        return PeerBound.cost(new NodeRecord(id, 3, software, 0, new NodeInfo(platform, type, List.of(services))));
    }

    @Test
    void everyTextCosts() {
        long bare = cost("a", "", "", "");
        assertThat(bare).isGreaterThan(1000);
        assertThat(cost("aaaaaaaaaaa", "", "", "")).isEqualTo(bare + 20);
        assertThat(cost("a", "bbbbbbbbbb", "", "")).isEqualTo(bare + 20);
        assertThat(cost("a", "", "cccccccccc", "")).isEqualTo(bare + 20);
        assertThat(cost("a", "", "", "dddddddddd")).isEqualTo(bare + 20);
        long service = cost("a", "", "", "", new ServiceRecord("s", "p", 1));
        assertThat(service).isGreaterThan(bare + 100);
        assertThat(cost("a", "", "", "", new ServiceRecord("sssssssssss", "p", 1)))
                .isEqualTo(service + 20);
        assertThat(cost("a", "", "", "", new ServiceRecord("s", "ppppppppppp", 1)))
                .isEqualTo(service + 20);
        assertThat(cost("a", "", "", "", new ServiceRecord("s", "p", 1), new ServiceRecord("s", "p", 2)) - service)
                .isEqualTo(service - bare);
    }

    @Test
    void theLastOneThatFits() {
        PeerBound bound = new PeerBound(2, 100);
        assertThat(bound.fits(1, 60, 40)).isTrue();
        assertThat(bound.fits(2, 0, 40)).isFalse();
        assertThat(bound.fits(1, 60, 41)).isFalse();
    }

    @Test
    void anEighthOfTheHeap() {
        assertThat(PeerBound.of(7, 800)).isEqualTo(new PeerBound(7, 100));
    }
}
