package io.mnedc.lab.bench;

/** Whose a system is. */
enum Kind {
    /** No tunnel. */
    PLAIN,
    /** This project's. */
    OWN,
    /** Another overlay. */
    PEER
}
