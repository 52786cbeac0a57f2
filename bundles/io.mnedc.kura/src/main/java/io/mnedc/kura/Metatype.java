package io.mnedc.kura;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What our bundles say about their settings, in files that are named after the PID: Kura wants them so, too. */
final class Metatype {
    private static final String DIRECTORY = "OSGI-INF/metatype/";
    private static final String OURS = "io.mnedc.";
    private static final String XML = ".xml";

    private Metatype() {}

    /** {@return the PIDs whose settings a bundle describes; none if it is not one of ours} */
    static Set<String> pids(Bundle bundle) {
        Enumeration<URL> files = isOurs(bundle)
                ? bundle.findEntries(DIRECTORY, OURS + "*" + XML, false)
                : Collections.emptyEnumeration();
        // null is how a framework says that there is none
        return files == null
                ? Set.of()
                : Collections.list(files).stream()
                        .map(file -> file.getPath().substring(file.getPath().lastIndexOf('/') + 1))
                        .map(name -> name.substring(0, name.length() - XML.length()))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Finds the secrets among the settings of a PID.
     *
     * @param context knows the bundle that describes them
     * @param pid one of ours
     * @return the keys of the type Password
     * @throws IOException if the description cannot be read
     */
    static Set<String> passwords(BundleContext context, String pid) throws IOException {
        for (Bundle bundle : context.getBundles()) {
            URL file = isOurs(bundle) ? bundle.getEntry(DIRECTORY + pid + XML) : null;
            if (file != null) {
                try (InputStream in = file.openStream()) {
                    return passwords(in);
                }
            }
        }
        return Set.of();
    }

    /** {@return the keys of the type Password in a description} */
    static Set<String> passwords(InputStream description) throws IOException {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            NodeList settings = factory.newDocumentBuilder().parse(description).getElementsByTagName("AD");
            Set<String> keys = new HashSet<>();
            for (int i = 0; i < settings.getLength(); i++) {
                Element setting = (Element) settings.item(i);
                if (setting.getAttribute("type").equals("Password")) {
                    keys.add(setting.getAttribute("id"));
                }
            }
            return keys;
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException(e);
        }
    }

    private static boolean isOurs(Bundle bundle) {
        String name = bundle.getSymbolicName();
        return name != null && name.startsWith(OURS);
    }
}
