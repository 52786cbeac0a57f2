package io.mnedc.security;

import io.mnedc.api.text.DeviceIds;
import io.mnedc.api.text.PlainText;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What device IDs and group names look like, here and as names in certificates. */
public final class Names {
    public static final String RELAY_URI = "mnedc://relay";
    public static final String DEVICE_URI = "mnedc://device/";
    public static final String GROUP_URI = "mnedc://group/";
    static final String SCHEME = "mnedc:";
    /** So that a certificate fits a control message. */
    static final int MAX_GROUPS = 32;

    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private Names() {}

    /** {@return whether this is the name of a group in the access rules} */
    public static boolean isGroup(String name) {
        return GROUP.matcher(name).matches();
    }

    public static String deviceId(String id) {
        if (!DeviceIds.isValid(id)) {
            throw new IllegalArgumentException("device ID '" + shown(id) + "' is not " + DeviceIds.ALLOWED);
        }
        return id;
    }

    static String group(String name) {
        if (!isGroup(name)) {
            throw new IllegalArgumentException(
                    "group '" + shown(name) + "' is not 1 to 64 characters of A-Z a-z 0-9 . _ -");
        }
        return name;
    }

    public static Set<String> groups(Set<String> names) {
        if (names.size() > MAX_GROUPS) {
            throw new IllegalArgumentException(names.size() + " groups: at most " + MAX_GROUPS + " are allowed");
        }
        names.forEach(Names::group);
        return new TreeSet<>(names);
    }

    /** Text from elsewhere, fit for a log line or a terminal. */
    public static String shown(String text) {
        return PlainText.of(text, 80);
    }
}
