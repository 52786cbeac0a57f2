/**
 * Multicast DNS in the networks that this host is attached to (RFC 6762, RFC 6763): {@link Browser} asks who is there,
 * {@link Announcement} says that a relay is. The rules of both are in {@link Answers} and {@link Responder}, which know no
 * sockets.
 */
@NullMarked
package io.mnedc.finder.lan;

import org.jspecify.annotations.NullMarked;
