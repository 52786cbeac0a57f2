/** Remote services in real frameworks behind NATs. */
@NullMarked
package io.mnedc.itests.remote;

import org.jspecify.annotations.NullMarked;
