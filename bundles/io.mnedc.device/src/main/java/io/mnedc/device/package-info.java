/** MNEDC device: joins TUN and relay. */
@NullMarked
package io.mnedc.device;

import org.jspecify.annotations.NullMarked;
