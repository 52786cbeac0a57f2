package io.mnedc.features.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A release changes one number, by {@code mvn versions:set}: there is no other place that would be forgotten. */
class OneVersionTest {
    private static final Path PROJECT = Path.of("../..");
    private static final Pattern PARENT = Pattern.compile("<parent>.*?<version>(.*?)</version>", Pattern.DOTALL);

    @Test
    void everyModuleHasTheVersionOfTheProject() throws IOException {
        assertThat(Files.readString(PROJECT.resolve("pom.xml"))).contains("\n  <version>" + Built.VERSION + "<");
        List<String> versions = new ArrayList<>();
        for (Path pom : files("pom.xml")) {
            Matcher parent = PARENT.matcher(Files.readString(pom));
            if (parent.find()) {
                versions.add(parent.group(1));
            }
        }
        assertThat(versions).hasSizeGreaterThan(30).containsOnly(Built.VERSION);
    }

    @Test
    void neitherLauncherNorPackagesNameItThemselves() throws IOException {
        List<Path> sources = new ArrayList<>(List.of(PROJECT.resolve("mnedc")));
        for (String module : List.of("karaf", "kura", "linux", "osgi")) {
            try (Stream<Path> all = Files.walk(PROJECT.resolve("features/io.mnedc.features." + module + "/src"))) {
                sources.addAll(all.filter(Files::isRegularFile).toList());
            }
        }
        assertThat(sources)
                .hasSizeGreaterThan(15)
                .allSatisfy(source -> assertThat(Files.readString(source))
                        .doesNotContain(Built.VERSION, Built.VERSION.replace("-SNAPSHOT", "")));
    }

    private static List<Path> files(String name) throws IOException {
        List<Path> found = new ArrayList<>();
        for (String top : List.of("bundles", "bndrun", "features", "itests")) {
            try (Stream<Path> all = Files.find(
                    PROJECT.resolve(top),
                    4,
                    (path, attributes) ->
                            path.endsWith(name) && !path.toString().contains("/target/"))) {
                found.addAll(all.toList());
            }
        }
        return found;
    }
}
