package io.mnedc.api.peer;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * What a device tells its peers about itself. Immutable.
 *
 * @param platform what it runs on, such as {@code linux-amd64}; at most {@value #MAX_TEXT} UTF-8 bytes
 * @param executionType how it runs what is given to it, such as {@code osgi} or {@code container}; at most
 *     {@value #MAX_TEXT} UTF-8 bytes
 * @param services what it offers, at most {@value #MAX_SERVICES}
 * @param attributes anything else, at most {@value #MAX_ATTRIBUTES}: names of 1 to {@value #MAX_TEXT} visible
 *     ASCII characters without {@code =}, values of at most {@value #MAX_ATTRIBUTE} UTF-8 bytes
 */
public record OrchestrationInfo(
        String platform, String executionType, List<OfferedService> services, Map<String, String> attributes) {
    /** The longest platform, execution type or name of an attribute, in UTF-8 bytes. */
    public static final int MAX_TEXT = 64;

    /** The most services that a device can offer. Peers of version 0.1 see the first 32. */
    public static final int MAX_SERVICES = 128;

    /** The most attributes of a device, and of a service. */
    public static final int MAX_ATTRIBUTES = 64;

    /** The longest value of an attribute, in UTF-8 bytes. */
    public static final int MAX_ATTRIBUTE = 1_024;

    /** The most that all of it may take in the protocol's form, in bytes: 16 KiB but for what is signed with it. */
    public static final int MAX_BYTES = 16_300;

    /** Of a device that has not said anything yet. */
    public static final OrchestrationInfo NONE = new OrchestrationInfo("", "", List.of());

    /** Checks the limits and copies the collections. */
    public OrchestrationInfo {
        services = List.copyOf(services);
        check("platform", platform);
        check("execution type", executionType);
        if (services.size() > MAX_SERVICES) {
            throw new IllegalArgumentException(services.size() + " services are more than " + MAX_SERVICES);
        }
        attributes = Attributes.checked("the device", attributes);
        int size = size(platform, executionType, services, attributes);
        if (size > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "services and attributes take " + size + " bytes; allowed are " + MAX_BYTES);
        }
    }

    /** {@return the bytes that it takes of {@link #MAX_BYTES}} */
    public int size() {
        return size(platform, executionType, services, attributes);
    }

    private static int size(
            String platform, String executionType, List<OfferedService> services, Map<String, String> attributes) {
        int size = Attributes.size(platform) + Attributes.size(executionType) + Attributes.size(attributes);
        return size + services.stream().mapToInt(OfferedService::size).sum();
    }

    /** Without attributes. */
    public OrchestrationInfo(String platform, String executionType, List<OfferedService> services) {
        this(platform, executionType, services, Map.of());
    }

    private static void check(String what, String text) {
        if (Attributes.length(text) > MAX_TEXT) {
            throw new IllegalArgumentException(what + " \"" + text + "\" is longer than " + MAX_TEXT + " bytes");
        }
    }

    /**
     * Reads attributes as configurations have them.
     *
     * @param entries each {@code KEY=VALUE}
     * @return the attributes
     * @throws IllegalArgumentException with a message that names the value and what is allowed
     */
    public static Map<String, String> attributes(Collection<String> entries) {
        return Attributes.parse(entries);
    }
}
