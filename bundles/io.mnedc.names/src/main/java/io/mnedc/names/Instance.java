package io.mnedc.names;

import io.mnedc.api.peer.OfferedService;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A service of a device in DNS-SD.
 *
 * @param label the first label of its name, such as {@code web on press-7}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Instance(byte[] label, ServiceType type, Host host, OfferedService service) {
    private static final int MOST_STRING = 255;
    /** What fits in a packet of Ethernet (RFC 6763, section 6.2). */
    private static final int MOST_TEXT = 1_300;

    int port() {
        return service.port();
    }

    /** {@return its attributes for a TXT record, in the form of zone files; what is too long is left out (RFC 6763, section 6)} */
    List<String> text() {
        List<String> strings = new ArrayList<>();
        int size = 0;
        for (Map.Entry<String, String> each : new TreeMap<>(service.attributes()).entrySet()) {
            byte[] string = (each.getKey() + "=" + each.getValue()).getBytes(StandardCharsets.UTF_8);
            if (string.length <= MOST_STRING && size + 1 + string.length <= MOST_TEXT) {
                size += 1 + string.length;
                strings.add(escaped(string));
            }
        }
        return strings.isEmpty() ? List.of("") : strings;
    }

    private static String escaped(byte[] string) {
        StringBuilder text = new StringBuilder(string.length);
        for (byte each : string) {
            int character = each & 0xff;
            if (character >= ' ' && character < 0x7f && character != '\\' && character != '"') {
                text.append((char) character);
            } else {
                text.append('\\')
                        .append((char) ('0' + character / 100))
                        .append((char) ('0' + character / 10 % 10))
                        .append((char) ('0' + character % 10));
            }
        }
        return text.toString();
    }
}
