package io.mnedc.discovery;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/**
 * The configured part of what this device tells about itself, checked.
 *
 * @param platform what it runs on
 * @param executionType how it runs what is given to it
 * @param services what it offers, beside what OSGi services announce
 */
record LocalSettings(String platform, String executionType, List<OfferedService> services) {
    /** What is told when the first configuration is wrong. */
    static final LocalSettings DEFAULT = new LocalSettings(ownPlatform(), "osgi", List.of());

    /**
     * Checks configured values.
     *
     * @throws IllegalArgumentException with a message that names the key, the value and what is allowed
     */
    static LocalSettings of(String platform, String executionType, String... services) {
        var settings = new LocalSettings(
                platform.isBlank() ? ownPlatform() : platform.trim(),
                executionType.trim(),
                List.copyOf(parse(services)));
        checkText("platform", settings.platform());
        checkText("execution.type", settings.executionType());
        if (settings.services().size() > OrchestrationInfo.MAX_SERVICES) {
            throw new IllegalArgumentException("services has "
                    + settings.services().size() + " entries; allowed are at most " + OrchestrationInfo.MAX_SERVICES);
        }
        return settings;
    }

    private static LinkedHashSet<OfferedService> parse(String... entries) {
        var services = new LinkedHashSet<OfferedService>();
        // a .cfg file gives a list as one text
        for (String entry : String.join(",", entries).split(",", -1)) {
            if (entry.isBlank()) {
                continue;
            }
            try {
                services.add(OfferedService.parse(entry));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "services has the entry \"" + entry + "\": " + e.getMessage()
                                + "; allowed is NAME[:PROTOCOL[:PORT]], such as web:http:8080",
                        e);
            }
        }
        return services;
    }

    private static void checkText(String key, String value) {
        try {
            new OrchestrationInfo(value, "", List.of());
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
