package io.mnedc.itests.runtimes;

import java.nio.file.Path;

/** What the build lays beside these tests. */
final class Parts {
    private Parts() {}

    /** A file or directory below {@code target/parts}. */
    static Path part(String name) {
        return Path.of(System.getProperty("mnedc.parts", "target/parts"))
                .toAbsolutePath()
                .resolve(name);
    }

    /** The bundles that a runtime ships, as the build checks that ours resolve against them. */
    static Path runtime(String name) {
        return Path.of(System.getProperty("mnedc.runtimes", "../../bndrun/io.mnedc.runtimes/target/runtimes"))
                .toAbsolutePath()
                .normalize()
                .resolve(name);
    }

    /** The bundle through which a test acts in a runtime. */
    static Path agent() {
        return part("io.mnedc.itests.agent.jar");
    }
}
