package io.mnedc.tun;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A network namespace for each test, and a driver for interfaces of the kernel in it. */
abstract class InNamespace {
    final LinuxTunDriver driver = new LinuxTunDriver();
    NetworkNamespace namespace;

    @BeforeEach
    void enterNamespace() throws Exception {
        namespace = new NetworkNamespace("test");
    }

    @AfterEach
    void leaveNamespace() {
        driver.stop();
        if (namespace != null) {
            namespace.close();
        }
    }
}
