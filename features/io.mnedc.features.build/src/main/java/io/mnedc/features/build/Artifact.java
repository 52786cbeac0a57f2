package io.mnedc.features.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * A bundle in a repository.
 *
 * @param file its jar
 * @param group its Maven group
 * @param name its Maven artifact
 * @param version its Maven version
 * @param symbolicName its name in a framework
 * @param bundleVersion its version in a framework
 */
record Artifact(Path file, String group, String name, String version, String symbolicName, String bundleVersion) {
    /** {@return the bundles of a repository, sorted by path} */
    static List<Artifact> all(Path repository) throws IOException {
        try (Stream<Path> files = Files.walk(repository)) {
            List<Path> jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
            if (jars.isEmpty()) {
                throw new IOException(repository + " has no bundles");
            }
            return jars.stream().map(jar -> of(repository, jar)).toList();
        }
    }

    private static Artifact of(Path repository, Path jar) {
        Path path = repository.relativize(jar);
        int names = path.getNameCount();
        try (JarFile content = new JarFile(jar.toFile())) {
            Attributes manifest = content.getManifest().getMainAttributes();
            return new Artifact(
                    jar,
                    path.subpath(0, names - 3).toString().replace('/', '.'),
                    path.getName(names - 3).toString(),
                    path.getName(names - 2).toString(),
                    header(manifest, "Bundle-SymbolicName"),
                    header(manifest, "Bundle-Version"));
        } catch (IOException e) {
            throw new IllegalStateException(jar + " is no bundle", e);
        }
    }

    private static String header(Attributes manifest, String name) throws IOException {
        String value = manifest.getValue(name);
        if (value == null) {
            throw new IOException("no " + name);
        }
        return value.split(";", -1)[0].trim();
    }

    /** {@return group, artifact and version, as Maven people write them} */
    String coordinates() {
        return group + ":" + name + ":" + version;
    }

    boolean isOurs() {
        return group.equals("io.mnedc");
    }
}
