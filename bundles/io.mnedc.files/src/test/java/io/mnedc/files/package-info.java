@NullMarked
package io.mnedc.files;

import org.jspecify.annotations.NullMarked;
