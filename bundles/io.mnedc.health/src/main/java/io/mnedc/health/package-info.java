/** Tells Apache Felix's health checks how relay and device are, where a gateway asks for that. */
@NullMarked
package io.mnedc.health;

import org.jspecify.annotations.NullMarked;
