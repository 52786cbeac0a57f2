package io.mnedc.relay;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A relay without security for each test. */
public abstract class WithRelay {
    protected TestRelay relay;

    @BeforeEach
    void start() throws IOException {
        relay = TestRelay.with(new TestSettings());
    }

    @AfterEach
    void stop() {
        relay.close();
    }
}
