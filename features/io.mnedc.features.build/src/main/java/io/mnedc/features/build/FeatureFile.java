package io.mnedc.features.build;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonArray;
import com.eclipsesource.json.JsonObject;
import com.eclipsesource.json.JsonValue;
import com.eclipsesource.json.WriterConfig;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes a feature of the OSGi Compendium (Release 8, chapter 159): a JSON file that lists bundles by their Maven
 * coordinates, with default configurations, for launchers and installers that know it.
 */
public final class FeatureFile {
    private FeatureFile() {}

    /** Arguments: the file to write, its ID, a name for people, a file with the configurations, the repository. */
    public static void main(String[] args) throws IOException {
        JsonObject configurations;
        try (Reader in = Files.newBufferedReader(Path.of(args[3]))) {
            configurations = Json.parse(in).asObject();
        }
        String text = json(args[1], args[2], configurations, Artifact.all(Path.of(args[4])))
                        .toString(WriterConfig.PRETTY_PRINT)
                + "\n";
        Path file = Path.of(args[0]);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(file, text);
    }

    private static JsonObject json(String id, String name, JsonValue configurations, List<Artifact> bundles) {
        JsonArray list = new JsonArray();
        bundles.forEach(bundle -> list.add(new JsonObject().add("id", bundle.coordinates())));
        return new JsonObject()
                .add("feature-resource-version", "1.0")
                .add("id", id)
                .add("name", name)
                .add("vendor", "MNEDC")
                .add("license", "Apache-2.0")
                .add("bundles", list)
                .add("configurations", configurations);
    }
}
