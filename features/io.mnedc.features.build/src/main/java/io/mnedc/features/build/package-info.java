/**
 * Makes the packages that no Maven plugin makes as we need them: byte-identical each time, and in the right order. Each
 * class with a {@code main} makes one kind of package; they are called by the modules beside this one.
 *
 * <p>Their input is a directory in the layout of a Maven repository, as {@code dependency:copy-dependencies} makes it.
 */
@NullMarked
package io.mnedc.features.build;

import org.jspecify.annotations.NullMarked;
