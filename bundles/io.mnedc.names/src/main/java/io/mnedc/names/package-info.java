/**
 * Names of devices and services in DNS. {@link io.mnedc.names.NamesComponent} is where to start, {@link io.mnedc.names.Responder} answers
 * queries from a {@link io.mnedc.names.Zone}. No thread of its own: the device's asks.
 */
@NullMarked
package io.mnedc.names;

import org.jspecify.annotations.NullMarked;
