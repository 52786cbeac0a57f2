/** Belongs to the launcher of the stand-alone runs, below the framework; never installed in a gateway. */
@NullMarked
package io.mnedc.stop;

import org.jspecify.annotations.NullMarked;
