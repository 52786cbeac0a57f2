/**
 * A device of the overlay: its OSGi component, its life cycle and its status. Start with {@link DeviceComponent} for
 * services and settings, with {@link Device} for the parts and their threads, and with {@link DeviceLife} for what follows
 * from what.
 */
@NullMarked
package io.mnedc.device;

import org.jspecify.annotations.NullMarked;
