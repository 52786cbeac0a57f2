/**
 * What OSGi tests do to a gateway: configure it, update its bundles, wait. Uses no package of ours, so that a test
 * bundle that holds a copy of it is not itself refreshed when ours are.
 */
@NullMarked
package io.mnedc.itests.gateway;

import org.jspecify.annotations.NullMarked;
