package io.mnedc.address;

import io.mnedc.api.address.AddressAllocator;
import java.util.regex.Pattern;

/** What a device ID may look like. */
final class DeviceIds {
    static final String ALLOWED =
            "1 to " + AddressAllocator.MAX_DEVICE_ID + " letters, digits and characters of \"._:-\"";
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._:-]{1," + AddressAllocator.MAX_DEVICE_ID + "}");

    private DeviceIds() {}

    static boolean isValid(String deviceId) {
        return FORM.matcher(deviceId).matches();
    }

    /** {@return the ID, cut and cleaned so that it can be printed} */
    static String printable(String deviceId) {
        String clean = deviceId.replaceAll("[^\\x20-\\x7e]", "?");
        return clean.length() <= AddressAllocator.MAX_DEVICE_ID
                ? clean
                : clean.substring(0, AddressAllocator.MAX_DEVICE_ID) + "...";
    }
}
