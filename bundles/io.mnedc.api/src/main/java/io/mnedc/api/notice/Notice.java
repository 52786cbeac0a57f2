package io.mnedc.api.notice;

import java.util.Objects;

/**
 * A service that is there while a component has something to say that people must know: its configuration is refused, or
 * it waits for a directory. A command or page that shows the state shows these as well.
 *
 * @param pid of the configuration, such as {@code io.mnedc.device}
 * @param text one plain line with the cure; never a secret
 */
public record Notice(String pid, String text) {
    /** Checks that there is something to say. */
    public Notice {
        Objects.requireNonNull(pid);
        Objects.requireNonNull(text);
    }
}
