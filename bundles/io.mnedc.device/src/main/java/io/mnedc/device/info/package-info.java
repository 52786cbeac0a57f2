/**
 * What devices tell about themselves: this one by {@link OwnInfo}, which signs it, the others by {@link PeerFeed}, which has it
 * checked by {@link InfoVerifier} before an observer sees it. Signing is on the thread for identities, checking on one of its
 * own, and nothing of it on the control loop.
 */
@NullMarked
package io.mnedc.device.info;

import org.jspecify.annotations.NullMarked;
