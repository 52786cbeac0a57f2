package io.mnedc.rsa;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Constants;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.RemoteConstants;

/**
 * An endpoint description as one of the services that a device offers, and back. Its properties are the attributes; those of the
 * standard have short names.
 */
final class EndpointForm {
    /** The protocol of an offered service that is an endpoint. */
    static final String PROTOCOL = "osgi.rsa";

    private static final String VERSION_ALIAS = "#v:";
    private static final Map<String, String> ALIASES = Map.of(
            RemoteConstants.ENDPOINT_ID, "#id",
            RemoteConstants.ENDPOINT_FRAMEWORK_UUID, "#framework",
            RemoteConstants.ENDPOINT_SERVICE_ID, "#service",
            RemoteConstants.SERVICE_IMPORTED_CONFIGS, "#configs",
            RemoteConstants.SERVICE_INTENTS, "#intents");

    /** What FastBin connects to. */
    private static final String FASTBIN = "aries.fastbin";

    private static final String FASTBIN_ADDRESS = "aries.fastbin.address";

    /** What would have an effect in the importing framework, beside that of the service; in lower case. */
    private static final List<String> NOT_TOLD = List.of(
            ".",
            "#",
            "service.exported.",
            "service.bundleid",
            "service.scope",
            "component.",
            "event.",
            "mnedc.",
            "osgi.command.",
            "osgi.http.",
            "osgi.jaxrs.");

    /** Of the framework's or its runtime's own: nobody gets these from a peer. */
    private static final List<String> NOT_IMPORTED = List.of(
            "java.",
            "javax.",
            "jakarta.",
            "org.osgi.",
            "org.apache.aries.",
            "org.apache.felix.",
            "org.apache.karaf.",
            "io.mnedc.api.");

    private static final Pattern TYPE = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$.]*");

    private EndpointForm() {}

    /** {@return whether an offered service is an endpoint} */
    static boolean is(OfferedService service) {
        return service.protocol().equals(PROTOCOL);
    }

    /**
     * Writes a description. Properties that no importer needs and that cannot be told are left out.
     *
     * @param dropped is given the names of those that are left out because of their value or name
     * @throws IllegalArgumentException if peers would refuse it; the message says why
     */
    static OfferedService write(EndpointDescription endpoint, Place own, List<String> dropped) {
        Map<String, String> attributes = new TreeMap<>();
        endpoint.getProperties().forEach((name, value) -> {
            boolean needed = needed(name, endpoint);
            if (!needed && (!told(name, value) || name.equalsIgnoreCase(RemoteConstants.SERVICE_IMPORTED))) {
                return;
            }
            String alias = alias(name);
            String text = PropertyText.write(value);
            if (text != null && fits(alias, text) && (needed || !elsewhere(text, own))) {
                attributes.put(alias, text);
            } else if (needed) {
                throw new IllegalArgumentException("its property " + name + " = " + value
                        + " cannot be told: names have at most " + OrchestrationInfo.MAX_TEXT + " bytes, values "
                        + OrchestrationInfo.MAX_ATTRIBUTE);
            } else {
                dropped.add(name);
            }
        });
        OfferedService written =
                new OfferedService(name(endpoint.getInterfaces().get(0)), PROTOCOL, 0, attributes);
        read(written, own);
        return written;
    }

    private static boolean needed(String name, EndpointDescription endpoint) {
        return ALIASES.containsKey(name)
                || name.equals(Constants.OBJECTCLASS)
                || name.startsWith(RemoteConstants.ENDPOINT_PACKAGE_VERSION_)
                || endpoint.getConfigurationTypes().stream().anyMatch(config -> name.startsWith(config + "."));
    }

    private static boolean fits(String name, String value) {
        return length(name) <= OrchestrationInfo.MAX_TEXT
                && name.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '=')
                && length(value) <= OrchestrationInfo.MAX_ATTRIBUTE
                // blanks at the ends of attributes are lost
                && value.equals(value.trim());
    }

    private static int length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static String name(String type) {
        return length(type) <= OfferedService.MAX_TEXT ? type : "service";
    }

    private static String alias(String name) {
        return name.startsWith(RemoteConstants.ENDPOINT_PACKAGE_VERSION_)
                ? VERSION_ALIAS + name.substring(RemoteConstants.ENDPOINT_PACKAGE_VERSION_.length())
                : ALIASES.getOrDefault(name, name);
    }

    /**
     * Reads a description that a device tells.
     *
     * @param place where that device is
     * @return the description
     * @throws IllegalArgumentException if it is none, is at another place, or would do more than offer a service; the message says why
     */
    static EndpointDescription read(OfferedService service, Place place) {
        Map<String, Object> properties = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        service.attributes().forEach((alias, text) -> {
            String name = property(alias);
            if (!text.equals(text.trim())) {
                throw new IllegalArgumentException("the property " + name + " has blanks at its ends");
            }
            Object value = PropertyText.read(text);
            if (!told(name, value)) {
                throw new IllegalArgumentException("the property " + name + " is not one of a remote service");
            }
            if (elsewhere(text, place)) {
                throw new IllegalArgumentException("its property " + name + " = " + text + " is not at "
                        + place.ipv4().getHostAddress() + ", the address of the device that offers it");
            }
            if (properties.put(name, value) != null) {
                throw new IllegalArgumentException("the property " + name + " is there twice");
            }
        });
        var endpoint = new EndpointDescription(properties);
        endpoint.getInterfaces().forEach(EndpointForm::checkType);
        checkPlace(endpoint, place);
        return endpoint;
    }

    private static String property(String alias) {
        if (alias.startsWith(VERSION_ALIAS)) {
            return RemoteConstants.ENDPOINT_PACKAGE_VERSION_ + alias.substring(VERSION_ALIAS.length());
        }
        for (Map.Entry<String, String> each : ALIASES.entrySet()) {
            if (each.getValue().equals(alias)) {
                return each.getKey();
            }
        }
        return alias;
    }

    /** A remote service never comes before one of the framework itself. */
    private static boolean told(String name, @Nullable Object value) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals(Constants.SERVICE_RANKING)) {
            return value instanceof Integer ranking && ranking <= 0;
        }
        return NOT_TOLD.stream().noneMatch(lower::startsWith) && !lower.equals(Constants.SERVICE_ID);
    }

    private static void checkType(String type) {
        if (!TYPE.matcher(type).matches()) {
            throw new IllegalArgumentException("its type \"" + type + "\" is none of Java's");
        }
        if (NOT_IMPORTED.stream().anyMatch(type::startsWith)) {
            throw new IllegalArgumentException("services of the type " + type + " are none that one gets from a peer");
        }
    }

    /** Whether a value names another host. Each of a list is looked at alone. */
    private static boolean elsewhere(String text, Place place) {
        return text.contains(Place.AUTHORITY) && !place.holds(text);
    }

    private static void checkPlace(EndpointDescription endpoint, Place place) {
        boolean fastbin = endpoint.getConfigurationTypes().contains(FASTBIN);
        Object address = endpoint.getProperties().get(fastbin ? FASTBIN_ADDRESS : RemoteConstants.ENDPOINT_ID);
        if (!(address instanceof String text) || !place.holds(text)) {
            throw new IllegalArgumentException("it is at " + address + " and not at "
                    + place.ipv4().getHostAddress() + ", the address of the device that offers it");
        }
    }
}
