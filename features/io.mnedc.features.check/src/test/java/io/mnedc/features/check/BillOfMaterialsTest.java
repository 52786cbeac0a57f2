package io.mnedc.features.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonObject;
import com.eclipsesource.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** The CycloneDX bill of materials, beside what is really in the packages. */
@DisabledIfSystemProperty(
        named = "mnedc.offline",
        matches = "is true",
        disabledReason = "the plug-in that makes it does nothing when Maven is offline")
class BillOfMaterialsTest {
    private final JsonObject bill;

    BillOfMaterialsTest() throws IOException {
        Path file = Built.file("features/io.mnedc.features.sbom", "mnedc-" + Built.VERSION + "-sbom.json");
        try (Reader in = Files.newBufferedReader(file)) {
            bill = Json.parse(in).asObject();
        }
    }

    @Test
    void itIsAboutThisVersion() {
        assertThat(bill.getString("bomFormat", "")).isEqualTo("CycloneDX");
        assertThat(bill.get("metadata").asObject().get("component").asObject().getString("version", ""))
                .isEqualTo(Built.VERSION);
    }

    @Test
    void everyJarOfEveryPackageIsListedWithItsSum() throws Exception {
        Set<String> listed = new TreeSet<>();
        for (JsonValue component : bill.get("components").asArray()) {
            for (JsonValue hash : component.asObject().get("hashes").asArray()) {
                if (hash.asObject().getString("alg", "").equals("SHA-256")) {
                    listed.add(hash.asObject().getString("content", ""));
                }
            }
        }
        List<String> missing = new ArrayList<>();
        for (Path repository : List.of(
                Built.file("features/io.mnedc.features.kura", "repository"),
                Built.file("features/io.mnedc.features.osgi", "repository"))) {
            try (Stream<Path> jars = Files.walk(repository)) {
                for (Path jar :
                        jars.filter(each -> each.toString().endsWith(".jar")).toList()) {
                    if (!listed.contains(sum(Files.readAllBytes(jar)))) {
                        missing.add(jar.toString());
                    }
                }
            }
        }
        for (String run : List.of("relay.felix", "device.felix", "relay.equinox", "device.equinox")) {
            missing.addAll(missing(Built.file("bndrun", "executable/" + run + ".jar"), listed));
        }
        assertThat(missing).isEmpty();
        assertThat(listed).hasSizeGreaterThan(30);
    }

    private static List<String> missing(Path executable, Set<String> listed)
            throws IOException, GeneralSecurityException {
        List<String> missing = new ArrayList<>();
        try (ZipFile jar = new ZipFile(executable.toFile())) {
            for (ZipEntry entry : jar.stream()
                    .map(each -> (ZipEntry) each)
                    .filter(each -> each.getName().startsWith("jar/") && !each.isDirectory())
                    // bnd's launcher comes with the exporting plug-in
                    .filter(each -> !each.getName().startsWith("jar/biz.aQute.launcher"))
                    .toList()) {
                try (InputStream in = jar.getInputStream(entry)) {
                    if (!listed.contains(sum(in.readAllBytes()))) {
                        missing.add(executable + "!" + entry.getName());
                    }
                }
            }
        }
        return missing;
    }

    private static String sum(byte[] content) throws GeneralSecurityException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }
}
