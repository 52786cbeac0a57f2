/** The interface that both frameworks share. */
@NullMarked
package io.mnedc.itests.remote.echo;

import org.jspecify.annotations.NullMarked;
