package io.mnedc.itests.arch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

/** What bundles tell the component runtime. */
class ComponentsTest {
    /** For tests only; it has no secrets. */
    private static final String DOUBLE = "io.mnedc.tun.memory.MemoryTunDriver";

    /** The component runtime publishes all of a component's configuration with its services, passwords too. */
    @Test
    void aComponentWithAConfigurationRegistersItsServicesItself() throws Exception {
        List<String> names = new ArrayList<>();
        for (Element component : components()) {
            String name = component.getAttribute("name");
            names.add(name);
            if (component.getElementsByTagName("service").getLength() > 0 && !name.equals(DOUBLE)) {
                assertThat(component.getAttribute("configuration-policy"))
                        .as("%s publishes its configuration", name)
                        .isEqualTo("ignore");
            }
        }
        assertThat(names).contains("io.mnedc.discovery.PeerDirectoryComponent", "io.mnedc.device", DOUBLE);
    }

    private static List<Element> components() throws Exception {
        List<Element> components = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (entry.endsWith(".jar")) {
                components.addAll(components(entry));
            }
        }
        return components;
    }

    private static List<Element> components(String bundle) throws Exception {
        List<Element> components = new ArrayList<>();
        try (ZipFile jar = new ZipFile(bundle)) {
            List<? extends ZipEntry> files = jar.stream()
                    .filter(entry -> entry.getName().startsWith("OSGI-INF/io.mnedc.")
                            && entry.getName().endsWith(".xml"))
                    .toList();
            for (ZipEntry file : files) {
                components.add(parsed(jar, file));
            }
        }
        return components;
    }

    private static Element parsed(ZipFile jar, ZipEntry file) throws Exception {
        try (InputStream in = jar.getInputStream(file)) {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(in)
                    .getDocumentElement();
        } catch (IOException e) {
            throw new IOException(jar.getName() + "!/" + file, e);
        }
    }
}
