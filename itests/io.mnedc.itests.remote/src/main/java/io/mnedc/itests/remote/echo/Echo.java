package io.mnedc.itests.remote.echo;

/** The service that frameworks call at each other. */
public interface Echo {
    /** {@return the same text, and who says so} */
    String echo(String text, long number);
}
