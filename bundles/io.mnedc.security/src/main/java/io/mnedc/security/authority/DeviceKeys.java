package io.mnedc.security.authority;

import io.mnedc.security.shared.SharedFiles;

/** Device IDs in keys of the shared store: as they are, but for those of dots only, which a part of a key cannot be. */
final class DeviceKeys {
    private DeviceKeys() {}

    static String name(String deviceId) {
        return deviceId.equals(".") || deviceId.equals("..") ? deviceId.replace(".", "%2e") : deviceId;
    }

    static String id(String name) {
        return name.replace("%2e", ".");
    }

    static String key(String kind, String deviceId) {
        return SharedFiles.key(kind, name(deviceId));
    }

    static String idOf(String key) {
        return id(key.substring(key.lastIndexOf('/') + 1));
    }
}
