/** MNEDC TUN driver for Linux. */
@NullMarked
package io.mnedc.tun;

import org.jspecify.annotations.NullMarked;
