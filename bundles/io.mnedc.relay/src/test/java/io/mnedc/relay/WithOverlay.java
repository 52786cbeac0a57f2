package io.mnedc.relay;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A relay with an authority of its own for each test. */
public abstract class WithOverlay {
    @TempDir
    protected Path directory;

    protected TestOverlay overlay;
    protected TestRelay relay;

    @BeforeEach
    void start() throws Exception {
        overlay = new TestOverlay(directory);
        prepare();
        relay = TestRelay.with(overlay.settings());
    }

    /** Does what is to be done before the relay starts. */
    protected void prepare() throws Exception {}

    @AfterEach
    void stop() {
        relay.close();
    }
}
