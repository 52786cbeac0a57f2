package io.mnedc.names.system;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A device's block in the text of a hosts file: all lines between two that name the device. */
final class HostsBlock {
    /** More would make each look-up of any name on this host slow. */
    static final int MOST_HOSTS = 1024;

    private static final Pattern NAME = Pattern.compile("[a-z0-9.-]{1,253}");
    private static final Pattern ADDRESS = Pattern.compile("[0-9a-f.:]{2,45}");
    private static final String BEGIN = "# BEGIN MNEDC ";
    private static final String END = "# END MNEDC ";

    private final String begin;
    private final String end;

    /**
     * The block of a device.
     *
     * @param owner its ID
     */
    HostsBlock(String owner) {
        this.begin = BEGIN + owner;
        this.end = END + owner;
    }

    /** {@return the lines of the block; what is no name or address is left out} */
    List<String> lines(List<Wanted.Host> hosts) {
        List<String> lines = new ArrayList<>();
        lines.add(begin);
        lines.add("# written by the bundle io.mnedc.names; changes are lost, and it goes when the device stops");
        hosts.stream()
                .filter(host -> NAME.matcher(host.name()).matches())
                .limit(MOST_HOSTS)
                .forEach(host -> host.addresses().stream()
                        .filter(address -> ADDRESS.matcher(address).matches())
                        .forEach(address -> lines.add(address + "\t" + host.name())));
        if (hosts.size() > MOST_HOSTS) {
            lines.add("# and " + (hosts.size() - MOST_HOSTS) + " more, which are left out");
        }
        lines.add(end);
        return lines;
    }

    /** {@return whether a text has a block of this device, or a part of one} */
    boolean isIn(String text) {
        return text.lines().map(String::stripTrailing).anyMatch(line -> line.equals(begin) || line.equals(end));
    }

    /**
     * Puts a block into a text, in place of the one before or at the end. All else stays as it is, byte for byte.
     *
     * @param text each character a byte
     * @param block its lines; empty: there shall be none
     * @return the new text
     * @throws IOException if the block in the text has no end, or there are two
     */
    String put(String text, List<String> block) throws IOException {
        int from = -1;
        int to = -1;
        for (int at = 0; at < text.length(); ) {
            int next = text.indexOf('\n', at);
            int after = next < 0 ? text.length() : next + 1;
            String line = text.substring(at, next < 0 ? text.length() : next).stripTrailing();
            if (line.equals(begin)) {
                if (from >= 0) {
                    throw new IOException("has the line \"" + begin + "\" twice: remove one, with what belongs to it");
                }
                from = at;
            } else if (line.equals(end)) {
                if (from < 0 || to >= 0) {
                    throw new IOException("has a line \"" + end + "\" without one that begins: remove it");
                }
                to = after;
            }
            at = after;
        }
        if (from >= 0 && to < 0) {
            throw new IOException("has the line \"" + begin + "\" but not its end: remove it, with what belongs to it");
        }
        String wanted = block.isEmpty() ? "" : String.join("\n", block) + "\n";
        if (from >= 0) {
            return text.substring(0, from) + wanted + text.substring(to);
        }
        String gap = wanted.isEmpty() || text.isEmpty() || text.endsWith("\n") ? "" : "\n";
        return text + gap + wanted;
    }
}
