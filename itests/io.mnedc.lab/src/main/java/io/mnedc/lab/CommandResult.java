package io.mnedc.lab;

/**
 * How a program ended.
 *
 * @param command the command line, for messages
 * @param status its exit status
 * @param output its standard output and error, interleaved
 */
public record CommandResult(String command, int status, String output) {
    public boolean succeeded() {
        return status == 0;
    }

    /** Returns the output, or throws when the status is not 0. */
    public String orThrow() {
        if (status != 0) {
            throw new LabException("status " + status + " from " + command + "\n" + output);
        }
        return output;
    }
}
