/** How many devices a relay takes in. */
@NullMarked
package io.mnedc.join;

import org.jspecify.annotations.NullMarked;
