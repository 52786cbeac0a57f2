/**
 * Makes the names known to the programs of this host: by systemd-resolved, or by a block in the hosts file. Start with {@link
 * SystemNames}, which has one thread while this is on. What it does is undone when it ends;
 * {@link Leftovers} does that for a run that was killed.
 */
@NullMarked
package io.mnedc.names.system;

import org.jspecify.annotations.NullMarked;
