package io.mnedc.itests.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What a gateway's console shows, and that the page on configuration says the same. */
class MetatypeTest {
    private static final Map<String, List<String>> FIRST = Map.of(
            "io.mnedc.device", List.of("enabled", "join.token", "relays", "device.id"),
            "io.mnedc.relay", List.of("enabled", "listen"),
            "io.mnedc.address", List.of("enabled", "pool"),
            "io.mnedc.names", List.of("enabled", "zone"),
            "io.mnedc.rsa", List.of("enabled", "port", "import.filter", "timeout"),
            "io.mnedc.cluster", List.of("enabled", "overlay"));
    private static final String DIRECTORY = "OSGI-INF/metatype/";
    private static final Path PAGE = Path.of("../../docs/CONFIGURATION.md");

    @ParameterizedTest
    @ValueSource(strings = {"io.mnedc.relay", "io.mnedc.address", "io.mnedc.device", "io.mnedc.cluster"})
    void everySettingIsExplainedAndOnThePageWithItsDefault(String pid) throws Exception {
        Document metatype = metatype(pid);
        assertThat(metatype).as("metatype of %s", pid).isNotNull();
        assertThat(elements(metatype, "OCD"))
                .singleElement()
                .satisfies(ocd -> assertThat(ocd.getAttribute("id")).isEqualTo(pid));
        String section = section(pid);
        List<String> keys = new ArrayList<>();
        for (Element setting : elements(metatype, "AD")) {
            String key = setting.getAttribute("id");
            keys.add(key);
            assertThat(setting.getAttribute("name")).as(key).isNotBlank().doesNotStartWith("%");
            assertThat(setting.getAttribute("description")).as(key).hasSizeGreaterThan(20);
            String value = setting.getAttribute("default");
            var row = assertThat(section.lines().filter(line -> line.startsWith("| `" + key + "` |")))
                    .singleElement()
                    .asString()
                    .contains(" | " + (value.isEmpty() ? "empty" : "`" + value + "`") + " | ");
            if (!setting.getAttribute("max").isEmpty()) {
                row.contains(setting.getAttribute("min") + " to " + setting.getAttribute("max"));
            }
            if (key.equals("enabled")) {
                assertThat(value).isEqualTo("false");
            }
        }
        assertThat(keys).contains("enabled");
        assertThat(section.lines().filter(line -> line.startsWith("| `"))).hasSameSizeAs(keys);
    }

    /** A form is saved only when all that is required is filled in; empty values are the defaults. */
    @ParameterizedTest
    @MethodSource("pids")
    void aFreshFormCanBeSaved(String pid) throws Exception {
        for (Element setting : elements(metatype(pid), "AD")) {
            String key = setting.getAttribute("id");
            assertThat(setting.getAttribute("required"))
                    .as("%s of %s must be filled in", key, pid)
                    .isEqualTo("false");
        }
    }

    /** What must be filled in comes first, what few people need comes last and says so. */
    @ParameterizedTest
    @MethodSource("pids")
    void aFormBeginsWithWhatEverybodyNeeds(String pid) throws Exception {
        List<String> keys = new ArrayList<>();
        List<Boolean> advanced = new ArrayList<>();
        for (Element setting : elements(metatype(pid), "AD")) {
            keys.add(setting.getAttribute("id"));
            advanced.add(setting.getAttribute("name").startsWith("Advanced: "));
        }
        assertThat(keys).startsWith(FIRST.getOrDefault(pid, List.of("keystore")).toArray(new String[0]));
        assertThat(advanced).isSorted().startsWith(false);
    }

    @ParameterizedTest
    @MethodSource("pids")
    void aFormReadsWell(String pid) throws Exception {
        Element definition = elements(metatype(pid), "OCD").get(0);
        // Kura shows the entities of these characters instead of them
        assertThat(definition.getAttribute("description")).doesNotContainPattern("['\"<>&]");
        for (String text : texts(definition)) {
            assertThat(text.replace("SSLKeystore", "").replace("Keystore Configuration", ""))
                    .doesNotContainIgnoringCase("keystore")
                    .doesNotContainIgnoringCase("truststore");
        }
        List<String> sizes = new ArrayList<>();
        for (Element icon : elements(metatype(pid), "Icon")) {
            sizes.add(icon.getAttribute("size"));
            assertThat(MetatypeTest.class.getClassLoader().getResource(icon.getAttribute("resource")))
                    .as(icon.getAttribute("resource"))
                    .isNotNull();
        }
        assertThat(sizes).containsExactlyInAnyOrder("16", "32");
    }

    /** Kura's form of a list shows and saves ten entries: what may be longer is a text of several lines. */
    @ParameterizedTest
    @CsvSource({
        "io.mnedc.relay, listen",
        "io.mnedc.relay, rules",
        "io.mnedc.address, reservations",
        "io.mnedc.cluster, ensemble",
        "io.mnedc.device, relays",
        "io.mnedc.device, rules",
        "io.mnedc.device, services",
        "io.mnedc.device, pool.allowed",
        "io.mnedc.kura, authorities"
    })
    void aLongListIsATextOfSeveralLines(String pid, String key) throws Exception {
        assertThat(elements(metatype(pid), "AD"))
                .filteredOn(setting -> setting.getAttribute("id").equals(key))
                .singleElement()
                .satisfies(setting -> {
                    assertThat(setting.getAttribute("cardinality")).isIn("", "0");
                    assertThat(setting.getAttribute("description")).endsWith(".|TextArea");
                });
    }

    private static List<String> texts(Element definition) {
        List<String> texts = new ArrayList<>();
        NodeList all = definition.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            for (String attribute : List.of("name", "description", "label")) {
                texts.add(((Element) all.item(i)).getAttribute(attribute));
            }
        }
        return texts;
    }

    /** {@return every PID that a bundle here describes} */
    static List<String> pids() throws Exception {
        List<String> pids = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.endsWith(".jar")) {
                pids.addAll(pids(entry));
            }
        }
        assertThat(pids).contains("io.mnedc.relay", "io.mnedc.address", "io.mnedc.device", "io.mnedc.kura");
        return pids;
    }

    private static List<String> pids(String bundle) throws IOException {
        try (ZipFile jar = new ZipFile(bundle)) {
            return jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith(DIRECTORY + "io.mnedc.") && name.endsWith(".xml"))
                    .map(name -> name.substring(DIRECTORY.length(), name.length() - ".xml".length()))
                    .toList();
        }
    }

    private static String section(String pid) throws Exception {
        String page = Files.readString(PAGE);
        int begin = page.indexOf("\n## " + pid);
        assertThat(begin).as("section %s of the page", pid).isPositive();
        return page.substring(begin, page.indexOf("\n## ", begin + 1));
    }

    private static @Nullable Document metatype(String pid) throws Exception {
        // Kura reads the file of this name
        URL url = MetatypeTest.class.getClassLoader().getResource(DIRECTORY + pid + ".xml");
        if (url == null) {
            return null;
        }
        try (InputStream in = url.openStream()) {
            return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
        }
    }

    private static List<Element> elements(@Nullable Document document, String name) {
        List<Element> found = new ArrayList<>();
        if (document != null) {
            NodeList nodes = document.getElementsByTagName(name);
            for (int i = 0; i < nodes.getLength(); i++) {
                found.add((Element) nodes.item(i));
            }
        }
        return found;
    }
}
