/** MNEDC relay server. */
@NullMarked
package io.mnedc.relay;

import org.jspecify.annotations.NullMarked;
