/**
 * Who may talk to whom, and who is shut out. Start with {@link AccessControl}, which looks after rules and revocations on a
 * thread of its own. It acts upon the registered devices through {@link Members}; all threads read {@link Access}.
 */
@NullMarked
package io.mnedc.relay.access;

import org.jspecify.annotations.NullMarked;
