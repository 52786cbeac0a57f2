/** MNEDC in-memory TUN driver for tests. */
@NullMarked
package io.mnedc.tun.memory;

import org.jspecify.annotations.NullMarked;
