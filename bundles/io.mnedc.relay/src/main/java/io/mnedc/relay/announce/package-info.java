/**
 * Tells devices who joined, who left and what changed. Start with {@link Announcer}.
 */
@NullMarked
package io.mnedc.relay.announce;

import org.jspecify.annotations.NullMarked;
