package io.mnedc.relay.settings;

/**
 * What one device may send to the relay; 0 is no limit.
 *
 * @param framesPerSecond data frames
 * @param bytesPerSecond bytes of data frames
 * @param messagesPerSecond control messages
 */
public record Limits(long framesPerSecond, long bytesPerSecond, long messagesPerSecond) {
    public static final Limits DEFAULT = new Limits(2_000_000, 4_000_000_000L, 500);
    public static final Limits NONE = new Limits(0, 0, 0);

    /** For people. */
    @Override
    public String toString() {
        return text(framesPerSecond) + " frames, " + text(bytesPerSecond) + " bytes and " + text(messagesPerSecond)
                + " control messages a second";
    }

    private static String text(long limit) {
        return limit == 0 ? "any number of" : String.valueOf(limit);
    }
}
