package io.mnedc.features.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Karaf's plug-in is content when it has verified no feature at all; so this looks at what it is told to verify. */
class KarafFeaturesTest {
    private static final Path MODULE = Path.of("../io.mnedc.features.karaf");

    @Test
    void everyFeatureIsVerified() throws Exception {
        Document pom = parse("pom.xml");
        Element verification = elements(pom.getDocumentElement(), "execution").stream()
                .filter(each -> text(each, "goal").contains("verify"))
                .findFirst()
                .orElseThrow();
        // with another id its configuration would not be looked at
        assertThat(text(verification, "id")).containsExactly("default-verify");
        List<String> published =
                elements(parse("src/main/feature/features.xml").getDocumentElement(), "feature").stream()
                        .filter(each -> each.hasAttribute("name")
                                && !each.getAttribute("hidden").equals("true"))
                        .map(each -> each.getAttribute("name"))
                        .toList();
        assertThat(published).contains("mnedc-relay", "mnedc-device", "mnedc-shell", "mnedc");
        assertThat(text(verification, "feature")).contains("framework").containsAll(published);
    }

    private static Document parse(String file) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(MODULE.resolve(file).toFile());
    }

    private static List<Element> elements(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = parent.getElementsByTagName(name);
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    private static List<String> text(Element parent, String name) {
        return elements(parent, name).stream().map(Element::getTextContent).toList();
    }
}
