/** Real relays and devices, each in its own JVM, behind nested NATs. */
@NullMarked
package io.mnedc.itests.nat;

import org.jspecify.annotations.NullMarked;
