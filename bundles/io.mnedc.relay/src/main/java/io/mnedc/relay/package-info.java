/**
 * The MNEDC relay. Start with {@link RelayComponent}, which the framework starts; {@link Operation} decides with which settings
 * a {@link Relay} runs, and {@link RelayServices} builds its parts. {@link ConnectionDispatcher} hands each connection to the
 * room that serves it. The rooms below make no cycles: an interface for a call upwards belongs to the lower room. Settings and
 * services come on threads of the framework; {@link Operation} takes them one at a time.
 */
@NullMarked
package io.mnedc.relay;

import org.jspecify.annotations.NullMarked;
