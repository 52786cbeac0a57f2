@NullMarked
package io.mnedc.work;

import org.jspecify.annotations.NullMarked;
