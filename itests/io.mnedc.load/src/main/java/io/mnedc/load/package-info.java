/** Many devices at one relay: real protocol, real certificates, no TUN; what they cost and how they come back. */
@NullMarked
package io.mnedc.load;

import org.jspecify.annotations.NullMarked;
