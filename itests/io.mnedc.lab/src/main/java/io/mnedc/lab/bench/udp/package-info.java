/** A sender and receiver of datagrams that is fast enough not to be what is measured, the same for all systems. */
@NullMarked
package io.mnedc.lab.bench.udp;

import org.jspecify.annotations.NullMarked;
