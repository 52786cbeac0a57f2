/** The commands, as people use them. */
@NullMarked
package io.mnedc.security.tool;

import org.jspecify.annotations.NullMarked;
