package io.mnedc.lab.bench;

/** Something that is measured of each system once per round. */
interface Measurement {
    /** A short name, for the option {@code --measures}. */
    String id();

    /** Measures once and adds to the figures. */
    void measure(Subject subject, Figures figures);
}
