package io.mnedc.api.text;

import java.util.regex.Pattern;

/**
 * What a device ID may look like. It stands in URIs, lines of files and rules as it is. The codec has the same rule for what
 * comes by the network, because it imports nothing.
 */
public final class DeviceIds {
    /** What is allowed, as the end of a sentence. */
    public static final String ALLOWED = "1 to 64 characters of A-Z a-z 0-9 . _ : -";

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

    private DeviceIds() {}

    /**
     * Tells whether a text is a device ID.
     *
     * @param text any
     * @return whether it is one
     */
    public static boolean isValid(String text) {
        return FORM.matcher(text).matches();
    }
}
