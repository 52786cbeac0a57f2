package io.mnedc.settings;

/** Why a component ends. */
public final class Endings {
    private Endings() {}

    /**
     * Tells a reason of the component runtime in the words of a log line.
     *
     * @param reason as it is given to a deactivate method
     */
    public static String why(int reason) {
        return switch (reason) {
            case 1 -> "its component was disabled";
            case 2 -> "a service that it needs has gone";
            case 3 -> "its settings have changed so that it must start again";
            case 4 -> "its configuration was deleted";
            case 5 -> "its component was disposed of";
            case 6 -> "its bundle is stopped";
            default -> "the component runtime ends it";
        };
    }
}
