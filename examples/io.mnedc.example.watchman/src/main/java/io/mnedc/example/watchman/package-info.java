/** An application of the overlay on one page. */
@NullMarked
package io.mnedc.example.watchman;

import org.jspecify.annotations.NullMarked;
