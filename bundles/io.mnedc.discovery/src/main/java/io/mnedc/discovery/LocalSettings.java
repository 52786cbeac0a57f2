package io.mnedc.discovery;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.settings.ConfigurationReader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The configured part of what this device tells about itself, checked.
 *
 * @param platform what it runs on
 * @param executionType how it runs what is given to it
 * @param services what it offers, beside what OSGi services announce
 * @param attributes anything else
 */
record LocalSettings(
        String platform, String executionType, List<OfferedService> services, Map<String, String> attributes) {
    /** What is told when nothing is configured. */
    static final LocalSettings DEFAULT = new LocalSettings(ownPlatform(), "osgi", List.of(), Map.of());

    /**
     * Reads its part of the device's configuration. What is wrong is told, and left as it was.
     *
     * @param before what was told before
     */
    static LocalSettings of(ConfigurationReader values, LocalSettings before) {
        if (values.refused()) {
            return before;
        }
        String platform = values.text("platform", ownPlatform());
        String type = values.text("execution.type", DEFAULT.executionType());
        List<String> entries = values.lines("services");
        List<OfferedService> parsed = values.each("services", entries, LocalSettings::service);
        List<OfferedService> services = parsed.stream().distinct().toList();
        if (services.size() > OrchestrationInfo.MAX_SERVICES) {
            values.refuse(
                    "services",
                    "services has " + services.size() + " entries; allowed are at most "
                            + OrchestrationInfo.MAX_SERVICES);
        }
        Optional<String> goodPlatform = values.attempt("platform", () -> checked("platform", platform));
        Optional<String> goodType = values.attempt("execution.type", () -> checked("execution.type", type));
        Optional<Map<String, String>> attributes =
                values.attempt("attributes", () -> attributes(values.lines("attributes")));
        LocalSettings read = new LocalSettings(
                goodPlatform.orElse(before.platform()),
                goodType.orElse(before.executionType()),
                parsed.size() < entries.size() || services.size() > OrchestrationInfo.MAX_SERVICES
                        ? before.services()
                        : services,
                attributes.orElse(before.attributes()));
        // all of them together
        return values.attempt("services", read::info).isPresent() ? read : before;
    }

    /** {@return what is told if no OSGi service announces anything} */
    OrchestrationInfo info() {
        return new OrchestrationInfo(platform, executionType, services, attributes);
    }

    private static Map<String, String> attributes(List<String> entries) {
        Map<String, String> read = OrchestrationInfo.attributes(entries);
        return new OrchestrationInfo("", "", List.of(), read).attributes();
    }

    private static OfferedService service(String entry) {
        try {
            return OfferedService.parse(entry);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "services has the entry \"" + entry + "\": " + e.getMessage()
                            + "; allowed is NAME[:PROTOCOL[:PORT]][?KEY=VALUE&...], such as web:http:8080",
                    e);
        }
    }

    private static String checked(String key, String value) {
        try {
            new OrchestrationInfo(value, "", List.of());
            return value;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    key + " = \"" + value + "\" is too long; allowed are at most " + OrchestrationInfo.MAX_TEXT
                            + " bytes",
                    e);
        }
    }

    private static String ownPlatform() {
        String name = System.getProperty("os.name", "unknown") + "-" + System.getProperty("os.arch", "unknown");
        return name.toLowerCase(Locale.ROOT).replace(' ', '-');
    }
}
