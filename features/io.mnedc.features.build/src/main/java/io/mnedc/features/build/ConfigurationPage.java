package io.mnedc.features.build;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Puts the tables of all settings into docs/CONFIGURATION.md, from the metatype in the built bundles: what gateways show
 * in their screens. Each table stands between {@code <!-- settings PID -->} and {@code <!-- end of settings -->}; all
 * else on the page is written by hand. Run from source, after the bundles were built:
 *
 * <pre>java features/io.mnedc.features.build/src/main/java/io/mnedc/features/build/ConfigurationPage.java</pre>
 */
public final class ConfigurationPage {
    /** Tells Kura that a text may have several lines. */
    private static final String LINES = "|TextArea";

    private static final Pattern TABLE =
            Pattern.compile("<!-- settings (\\S+) -->\n.*?<!-- end of settings -->", Pattern.DOTALL);

    private ConfigurationPage() {}

    /** Argument: the project's directory, if it is not the current one. */
    public static void main(String[] args) throws IOException {
        Path project = Path.of(args.length == 0 ? "." : args[0]);
        Path page = project.resolve("docs/CONFIGURATION.md");
        Files.writeString(page, write(Files.readString(page), pid -> built(project, pid)));
    }

    /** {@return the bundle whose name is that PID} */
    private static Path built(Path project, String pid) {
        Path target = project.resolve("bundles").resolve(pid).resolve("target");
        try (var files = Files.newDirectoryStream(target, pid + "-*[0-9T].jar")) {
            for (Path file : files) {
                return file;
            }
        } catch (IOException e) {
            throw new IllegalStateException(target + " cannot be read: build the bundles first", e);
        }
        throw new IllegalStateException(target + " has no bundle: build it first");
    }

    /**
     * Renews the tables.
     *
     * @param page the page as it is
     * @param bundles finds the bundle of a PID
     * @return the page as it should be
     */
    public static String write(String page, Function<String, Path> bundles) throws IOException {
        StringBuilder text = new StringBuilder();
        Matcher table = TABLE.matcher(page);
        int at = 0;
        while (table.find()) {
            String pid = table.group(1);
            text.append(page, at, table.start()).append("<!-- settings " + pid + " -->\n");
            text.append(table(definition(bundles.apply(pid), pid))).append("<!-- end of settings -->");
            at = table.end();
        }
        return text.append(page, at, page.length()).toString();
    }

    private static Element definition(Path bundle, String pid) throws IOException {
        try (ZipFile jar = new ZipFile(bundle.toFile())) {
            ZipEntry entry = jar.getEntry("OSGI-INF/metatype/" + pid + ".xml");
            if (entry == null) {
                throw new IOException(bundle + " has no metatype of " + pid);
            }
            try (InputStream in = jar.getInputStream(entry)) {
                Element root = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(in)
                        .getDocumentElement();
                return elements(root, "OCD").get(0);
            }
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("the metatype in " + bundle + " cannot be read", e);
        }
    }

    private static String table(Element definition) {
        StringBuilder text = new StringBuilder();
        text.append(plain(definition.getAttribute("description"))).append("\n\n");
        text.append("| key | type | default | name and meaning |\n|---|---|---|---|\n");
        for (Element setting : elements(definition, "AD")) {
            String initial = setting.getAttribute("default");
            text.append("| `").append(setting.getAttribute("id")).append("` | ");
            text.append(type(setting)).append(" | ");
            text.append(initial.isEmpty() ? "empty" : "`" + initial + "`").append(" | **");
            text.append(plain(setting.getAttribute("name"))).append(".** ");
            text.append(plain(setting.getAttribute("description").replace(LINES, "")));
            text.append(options(setting));
            text.append(setting.getAttribute("required").equals("false") ? " |\n" : " Must not be empty. |\n");
        }
        return text.toString();
    }

    private static String type(Element setting) {
        String type = setting.getAttribute("type");
        return setting.hasAttribute("cardinality") ? type + " list" : type;
    }

    private static String options(Element setting) {
        List<String> options = new ArrayList<>();
        for (Element option : elements(setting, "Option")) {
            options.add("`" + option.getAttribute("value") + "` (" + plain(option.getAttribute("label")) + ")");
        }
        return options.isEmpty() ? "" : " One of " + String.join(", ", options) + ".";
    }

    /** What Markdown would take for its own. */
    private static String plain(String text) {
        return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;");
    }

    private static List<Element> elements(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = parent.getElementsByTagName(name);
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }
}
