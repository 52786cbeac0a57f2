/**
 * How a device reaches a relay and stays known to it: names, addresses, attempts, enrolment, renewals. Start with
 * {@link RelayConnector}. All on the control loop; names are looked up on threads of {@link Resolver}.
 */
@NullMarked
package io.mnedc.device.control;

import org.jspecify.annotations.NullMarked;
