/**
 * Who may talk to whom, and who is shut out. Start with {@link AccessControl}.
 */
@NullMarked
package io.mnedc.relay.access;

import org.jspecify.annotations.NullMarked;
