package io.mnedc.api.peer;

import java.util.List;

/**
 * What a device tells its peers about itself.
 *
 * @param platform what it runs on, such as {@code linux-amd64}; at most {@value #MAX_TEXT} UTF-8 bytes
 * @param executionType how it runs what is given to it, such as {@code osgi} or {@code container}; at most
 *     {@value #MAX_TEXT} UTF-8 bytes
 * @param services what it offers, at most {@value #MAX_SERVICES}
 */
public record OrchestrationInfo(String platform, String executionType, List<OfferedService> services) {
    /** The longest platform or execution type, in UTF-8 bytes. */
    public static final int MAX_TEXT = 64;

    /** The most services a device can offer. */
    public static final int MAX_SERVICES = 32;

    /** Of a device that has not said anything yet. */
    public static final OrchestrationInfo NONE = new OrchestrationInfo("", "", List.of());

    /** Checks the limits and copies the list. */
    public OrchestrationInfo {
        services = List.copyOf(services);
        check("platform", platform);
        check("execution type", executionType);
        if (services.size() > MAX_SERVICES) {
            throw new IllegalArgumentException(services.size() + " services are more than " + MAX_SERVICES);
        }
    }

    private static void check(String what, String text) {
        if (text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_TEXT) {
            throw new IllegalArgumentException(what + " \"" + text + "\" is longer than " + MAX_TEXT + " bytes");
        }
    }
}
