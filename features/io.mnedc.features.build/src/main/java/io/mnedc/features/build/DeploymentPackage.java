package io.mnedc.features.build;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes a deployment package of the OSGi Deployment Admin, as Kura takes it: a jar with its manifest first, then the
 * bundles in the order in which they are to be started. A gateway refuses a bundle that it has already; so there is only
 * what it lacks.
 */
public final class DeploymentPackage {
    /** Where our bundles begin, and which of them must be there before the others are started. */
    private static final List<String> FIRST = List.of(
            "io.mnedc.api",
            "io.mnedc.codec",
            "io.mnedc.security",
            "io.mnedc.transport",
            // what relay and device are told by Config Admin goes through it
            "io.mnedc.kura");

    private DeploymentPackage() {}

    /** Arguments: the file to write, its symbolic name, version, a name for people, a time, the repository. */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), args[1], args[2], args[3], Instant.parse(args[4]), Artifact.all(Path.of(args[5])));
    }

    static void write(Path file, String symbolicName, String version, String name, Instant time, List<Artifact> bundles)
            throws IOException {
        List<Artifact> ordered = new ArrayList<>(bundles);
        ordered.sort((a, b) -> Integer.compare(rank(a), rank(b)));
        Map<String, Map<String, String>> manifest = new LinkedHashMap<>();
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("DeploymentPackage-ManifestVersion", "1");
        headers.put("DeploymentPackage-SymbolicName", symbolicName);
        headers.put("DeploymentPackage-Version", osgi(version));
        headers.put("DeploymentPackage-Name", name);
        headers.put("DeploymentPackage-License", "Apache-2.0");
        headers.put("DeploymentPackage-Vendor", "MNEDC");
        manifest.put("", headers);
        for (Artifact bundle : ordered) {
            Map<String, String> section = new LinkedHashMap<>();
            section.put("Bundle-SymbolicName", bundle.symbolicName());
            section.put("Bundle-Version", bundle.bundleVersion());
            manifest.put(entry(bundle), section);
        }
        try (Archive archive = new Archive(file, time, manifest)) {
            for (Artifact bundle : ordered) {
                archive.add(entry(bundle), bundle.file());
            }
        }
    }

    private static String entry(Artifact bundle) {
        return bundle.symbolicName() + "_" + bundle.bundleVersion() + ".jar";
    }

    /** Others' bundles, then ours that export, then the rest, each as they come. */
    private static int rank(Artifact bundle) {
        int first = FIRST.indexOf(bundle.symbolicName());
        if (first >= 0) {
            return first;
        }
        return bundle.isOurs() ? FIRST.size() : -1;
    }

    /** {@return a Maven version as one of OSGi} */
    static String osgi(String version) {
        return version.replace("-", ".");
    }
}
