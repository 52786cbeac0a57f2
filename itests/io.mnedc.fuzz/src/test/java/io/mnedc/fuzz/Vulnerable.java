package io.mnedc.fuzz;

/** What no target should be like. */
public final class Vulnerable {
    private Vulnerable() {}

    /** Fails for inputs that begin with a bang. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 0 && input[0] == '!') {
            throw new IllegalStateException("as expected");
        }
    }
}
