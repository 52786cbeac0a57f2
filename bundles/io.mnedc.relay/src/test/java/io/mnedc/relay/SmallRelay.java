package io.mnedc.relay;

import io.mnedc.relay.settings.Limits;
import io.mnedc.relay.settings.Policy;
import java.time.Duration;
import java.util.List;

/** A relay in a process of its own, whose heap may be small; ends with its standard input. */
public final class SmallRelay {
    private SmallRelay() {}

    /** Tells its port, and on each line of its input how many devices are registered. */
    public static void main(String[] args) throws Exception {
        TestSettings settings =
                new TestSettings().policy(new Policy(List.of(), Limits.NONE, 6)).keepalive(Duration.ofSeconds(1));
        try (TestRelay relay = TestRelay.with(settings)) {
            System.out.println(relay.address().getPort());
            for (int line = System.in.read(); line >= 0; line = System.in.read()) {
                System.out.println(relay.relay().services().sessions().count());
            }
        }
    }
}
