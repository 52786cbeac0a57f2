/**
 * How a device registers at a relay and stays registered: attempts, enrolment, renewals, refusals. Start with
 * {@link RelayConnector}. All on the control loop; what may block is done on the identity thread.
 */
@NullMarked
package io.mnedc.device.control;

import org.jspecify.annotations.NullMarked;
