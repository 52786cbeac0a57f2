package io.mnedc.codec;

/** What a device ID may look like. */
public final class DeviceIds {
    private DeviceIds() {}

    /** {@return whether this is 1 to 64 characters of A-Z a-z 0-9 . _ : -} */
    public static boolean valid(String id) {
        if (id.isEmpty() || id.length() > Protocol.MAX_DEVICE_ID) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!letter && "._:-".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** {@return a sentence on what is wrong with an ID; control characters are left out} */
    public static String complaint(String id) {
        String shown = id.replaceAll("[^\\x20-\\x7e]", "?");
        return "device ID \""
                + (shown.length() > Protocol.MAX_DEVICE_ID ? shown.substring(0, Protocol.MAX_DEVICE_ID) + "…" : shown)
                + "\" is not 1 to " + Protocol.MAX_DEVICE_ID + " letters, digits or . _ : -";
    }
}
