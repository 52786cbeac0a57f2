/** MNEDC IP address allocator and durable lease store. */
@NullMarked
package io.mnedc.address;

import org.jspecify.annotations.NullMarked;
