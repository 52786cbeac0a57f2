/** What is done with hostile bytes: a target for each reader of them, and how the targets are run. */
@NullMarked
package io.mnedc.fuzz;

import org.jspecify.annotations.NullMarked;
