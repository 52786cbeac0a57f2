package io.mnedc.cluster.server;

import io.mnedc.security.authority.OverlayAuthority;

/**
 * The place of this relay in its overlay.
 *
 * @param authority its key and certificate, and whom it trusts
 * @param own its server
 * @param overlay the name of the overlay
 */
record Place(OverlayAuthority authority, RemovedRelays removed, ServerEntry own, String overlay) {}
