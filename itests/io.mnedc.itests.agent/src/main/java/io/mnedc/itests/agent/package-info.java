/**
 * A bundle that a test puts into a running gateway, of whatever kind, to act there: stop, start and update bundles,
 * install packages, configure, and count what is left. It imports no package of ours, so that it is never refreshed with
 * them.
 */
@NullMarked
package io.mnedc.itests.agent;

import org.jspecify.annotations.NullMarked;
