@NullMarked
package io.mnedc.fuzz;

import org.jspecify.annotations.NullMarked;
