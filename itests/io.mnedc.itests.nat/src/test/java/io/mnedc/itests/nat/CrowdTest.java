package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.Conversations;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.Lab;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.Topology;
import io.mnedc.lab.junit.NeedsLab;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many devices at once. */
@ExtendWith(NeedsLab.class)
class CrowdTest {
    private static final int DEVICES = 10;
    private static final int PER_SITE = 2;

    @Test
    void tenDevicesJoinAtOnceAndReachEachOther() {
        try (Lab lab = Lab.build(NeedsLab.directory(CrowdTest.class), CrowdTest::plan)) {
            String token = RelayProcess.token(lab.host("relay"), "--uses", Integer.toString(DEVICES));
            RelayProcess.start(lab.host("relay")).awaitReady();
            List<DeviceProcess> devices = IntStream.range(0, DEVICES)
                    .mapToObj(i -> DeviceProcess.join(lab.host("d" + i), "device-" + i, token))
                    .toList();
            devices.forEach(DeviceProcess::awaitReady);

            assertThat(devices).extracting(DeviceProcess::ipv4).doesNotHaveDuplicates();
            for (int i = 0; i < DEVICES; i++) {
                for (int step : new int[] {1, 3, 5}) {
                    DeviceProcess other = devices.get((i + step) % DEVICES);
                    Conversations.awaitReached(devices.get(i), other);
                    Conversations.ping(devices.get(i), other.ipv4(), 1000);
                }
            }
        }
    }

    /** Five sites behind NATs of their own, all with the same private range, two devices each. */
    private static void plan(Topology topology) {
        Topology.Network main = topology.router("main", "192.168.1.0/24").host("relay");
        for (int site = 0; site < DEVICES / PER_SITE; site++) {
            Topology.Network lan = main.nat("nat" + site, "192.168.0.0/24");
            for (int i = 0; i < PER_SITE; i++) {
                lan.host("d" + (site * PER_SITE + i));
            }
        }
    }
}
