/** MNEDC peer directory and orchestration information. */
@NullMarked
package io.mnedc.discovery;

import org.jspecify.annotations.NullMarked;
