/**
 * A relay joins an overlay by a token: it gets its certificate, and what it must know to share the store of the others. Start with {@link
 * io.mnedc.cluster.join.Joining}. Its threads end with each call.
 */
@NullMarked
package io.mnedc.cluster.join;

import org.jspecify.annotations.NullMarked;
