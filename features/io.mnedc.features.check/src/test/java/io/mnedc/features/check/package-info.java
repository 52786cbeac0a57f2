/** Reads the packages that the modules beside this one have made, as those will who install them. */
@NullMarked
package io.mnedc.features.check;

import org.jspecify.annotations.NullMarked;
