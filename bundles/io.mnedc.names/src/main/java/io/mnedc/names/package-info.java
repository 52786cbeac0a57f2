/**
 * Names of devices and services in DNS. {@link io.mnedc.names.NamesComponent} is where to start, {@link io.mnedc.names.Responder} answers
 * queries from a {@link io.mnedc.names.Zone}. The device's thread asks. Programs of
 * the host that do not ask the device get to know the names by {@link io.mnedc.names.system.SystemNames}.
 */
@NullMarked
package io.mnedc.names;

import org.jspecify.annotations.NullMarked;
