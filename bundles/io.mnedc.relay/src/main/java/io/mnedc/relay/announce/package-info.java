/**
 * Tells devices who joined, who left and what changed. Start with {@link Announcer}, which decides when. A round is made on the
 * control loop; each device has an {@link AnnouncementFeed}, which runs on the loop of its stream.
 */
@NullMarked
package io.mnedc.relay.announce;

import org.jspecify.annotations.NullMarked;
