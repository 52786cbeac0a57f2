/** The commands of the launcher that work on a relay's data directory, beside the running relay. */
@NullMarked
package io.mnedc.security.tool;

import org.jspecify.annotations.NullMarked;
