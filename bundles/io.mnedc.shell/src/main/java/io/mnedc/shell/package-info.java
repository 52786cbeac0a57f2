/** MNEDC Gogo commands. */
@NullMarked
package io.mnedc.shell;

import org.jspecify.annotations.NullMarked;
