/** What those who secure an overlay may rely on. */
@NullMarked
package io.mnedc.security;

import org.jspecify.annotations.NullMarked;
