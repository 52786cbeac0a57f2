package io.mnedc.device;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What happens in a {@link TlsLab} of its own, test by test. */
public abstract class InTlsLab {
    @TempDir
    public Path directory;

    public TlsLab lab;

    @BeforeEach
    void enter() throws Exception {
        lab = new TlsLab(directory);
    }

    @AfterEach
    void leave() throws IOException {
        lab.close();
    }
}
