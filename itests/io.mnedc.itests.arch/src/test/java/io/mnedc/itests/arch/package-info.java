/** Who may use whom. */
@NullMarked
package io.mnedc.itests.arch;

import org.jspecify.annotations.NullMarked;
