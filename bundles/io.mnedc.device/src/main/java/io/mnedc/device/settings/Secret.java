package io.mnedc.device.settings;

/**
 * A text that no log may show.
 *
 * @param text as configured
 */
record Secret(String text) {
    @Override
    public String toString() {
        return "(secret)";
    }
}
