package io.mnedc.lab;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Makes of our packages what the next release would be: the same content, every version of ours a higher one. */
public final class NextVersion {
    /** What the packages have that the build makes, as Maven writes it. */
    public static final String PRESENT = Objects.requireNonNull(System.getProperty("mnedc.version"), "mnedc.version");

    /** What theirs becomes: only its third number is higher, for packages are imported by ranges. */
    public static final String NEXT = next(PRESENT);

    private NextVersion() {}

    /** Of an archive for Karaf, or a deployment package. */
    public static Path of(Path archive, Path directory) {
        Path next = directory.resolve("next-" + archive.getFileName());
        try (InputStream in = Files.newInputStream(archive);
                OutputStream out = Files.newOutputStream(next)) {
            copy(in, out);
        } catch (IOException e) {
            throw new LabException("no next version of " + archive, e);
        }
        return next;
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        JarInputStream in = new JarInputStream(from);
        Manifest manifest = in.getManifest();
        raise(manifest.getMainAttributes());
        for (Map.Entry<String, Attributes> section : manifest.getEntries().entrySet()) {
            // a deployment package names versions of bundles in sections
            raise(section.getValue());
        }
        JarOutputStream out = new JarOutputStream(to, manifest);
        for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
            byte[] content = in.readAllBytes();
            // names are those in the sections: only a repository's tell a version
            boolean repository = entry.getName().startsWith("repository/");
            out.putNextEntry(new JarEntry(repository ? entry.getName().replace(PRESENT, NEXT) : entry.getName()));
            out.write(changed(entry.getName(), content));
            out.closeEntry();
        }
        out.finish();
    }

    private static byte[] changed(String name, byte[] content) throws IOException {
        if (name.endsWith("-features.xml")) {
            return new String(content, StandardCharsets.UTF_8)
                    .replace(PRESENT, NEXT)
                    .getBytes(StandardCharsets.UTF_8);
        }
        if (name.endsWith(".jar") && name.contains("io.mnedc.")) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            copy(new ByteArrayInputStream(content), bytes);
            return bytes.toByteArray();
        }
        return content;
    }

    private static void raise(Attributes attributes) {
        for (String name : new String[] {"Bundle-Version", "DeploymentPackage-Version"}) {
            String version = attributes.getValue(name);
            if (version != null && version.startsWith(number(PRESENT))) {
                attributes.putValue(name, NEXT);
            }
        }
    }

    private static String next(String version) {
        String[] parts = number(version).split("\\.", -1);
        return parts[0] + "." + parts[1] + "." + (Integer.parseInt(parts[2]) + 1);
    }

    private static String number(String version) {
        return version.replaceFirst("-.*", "");
    }
}
