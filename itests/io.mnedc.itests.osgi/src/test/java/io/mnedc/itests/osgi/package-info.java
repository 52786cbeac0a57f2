/** The bundles together, in a framework. */
@NullMarked
package io.mnedc.itests.osgi;

import org.jspecify.annotations.NullMarked;
