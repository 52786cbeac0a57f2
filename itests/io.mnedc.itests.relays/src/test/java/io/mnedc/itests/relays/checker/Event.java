package io.mnedc.itests.relays.checker;

/**
 * Something that was acknowledged, or done to the relays. Times are those of {@link System#nanoTime()}, which on Linux is one clock for
 * all processes.
 */
public sealed interface Event {
    /**
     * A relay has welcomed a device.
     *
     * @param begin when the device began to dial
     * @param end when the welcome was there
     * @param relay which, from 1
     * @param node its address
     */
    record Welcomed(long begin, long end, String device, int relay, int node) implements Event {}

    /**
     * A relay has made a certificate for a device.
     *
     * @param token that it has shown
     */
    record Enrolled(long end, String device, String token) implements Event {}

    /**
     * A relay has said that a device is shut out.
     *
     * @param end when it had said so
     */
    record Revoked(long end, String device) implements Event {}

    /**
     * A relay could not know what others did: the test kept it from the store.
     *
     * @param relay which, from 1; 0: all
     * @param begin when that began
     * @param end when it knew again
     */
    record Apart(long begin, long end, int relay) implements Event {}

    /** {@return a line of text, to be read by {@link #parse}} */
    default String line() {
        if (this instanceof Welcomed it) {
            return String.join(" ", "W", "" + it.begin, "" + it.end, it.device, "" + it.relay, "" + it.node);
        }
        if (this instanceof Enrolled it) {
            return String.join(" ", "E", "" + it.end, it.device, it.token);
        }
        if (this instanceof Revoked it) {
            return String.join(" ", "R", "" + it.end, it.device);
        }
        Apart it = (Apart) this;
        return String.join(" ", "A", "" + it.begin, "" + it.end, "" + it.relay);
    }

    /** {@return what a line says} */
    static Event parse(String line) {
        String[] words = line.split(" ", -1);
        return switch (words[0]) {
            case "W" ->
                new Welcomed(
                        Long.parseLong(words[1]),
                        Long.parseLong(words[2]),
                        words[3],
                        Integer.parseInt(words[4]),
                        Integer.parseInt(words[5]));
            case "E" -> new Enrolled(Long.parseLong(words[1]), words[2], words[3]);
            case "R" -> new Revoked(Long.parseLong(words[1]), words[2]);
            case "A" -> new Apart(Long.parseLong(words[1]), Long.parseLong(words[2]), Integer.parseInt(words[3]));
            default -> throw new IllegalArgumentException("no event: " + line);
        };
    }
}
