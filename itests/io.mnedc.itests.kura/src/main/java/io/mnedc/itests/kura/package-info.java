/** The services of Kura that our adapter uses, in as little as they take. */
@NullMarked
package io.mnedc.itests.kura;

import org.jspecify.annotations.NullMarked;
