package io.mnedc.itests.remote;

import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.NestedNats;
import io.mnedc.lab.RelayProcess;
import io.mnedc.lab.junit.NeedsLab;
import io.mnedc.lab.tool.Servers;
import io.mnedc.testing.Await;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example application of the README, in a runtime behind one NAT, with a camera behind two others. */
@ExtendWith(NeedsLab.class)
class ExampleTest {
    @Test
    void theWatchmanCallsACameraThatJoins() throws Exception {
        try (NestedNats nats = NestedNats.build(NeedsLab.directory(ExampleTest.class))) {
            String token = RelayProcess.token(nats.relay(), "--uses", "2");
            RelayProcess.start(nats.relay()).awaitReady();
            DeviceProcess a = DeviceProcess.joinWith(List.of("MNEDC_RUN=watchman"), nats.a(), "a", token);
            a.awaitReady();
            JavaTool.serve(nats.b());
            DeviceProcess camera =
                    DeviceProcess.join(nats.b(), "Gate_Cam", token).awaitReady();

            // begins to be a camera
            Files.writeString(
                    camera.data().resolve("etc/io.mnedc.device.config"),
                    "services=[\"camera:http:" + Servers.HTTP_PORT + "?path=/content/1000/1\"]\n",
                    StandardOpenOption.APPEND);
            String picture = "Watchman - http://gate-cam.mnedc:" + Servers.HTTP_PORT + "/content/1000/1: 1000 bytes";
            await(a, picture, 1);
            camera.stop();
            await(a, "Watchman - gate-cam.mnedc has left", 1);
            camera.startAgain();
            await(a, picture, 2);
        }
    }

    private static void await(DeviceProcess device, String line, int times) throws Exception {
        Await.until(
                () -> times + " times: " + line + "\n" + device.process().tail(),
                () -> device.process().log().stream()
                                .filter(each -> each.endsWith(line))
                                .count()
                        >= times);
    }
}
