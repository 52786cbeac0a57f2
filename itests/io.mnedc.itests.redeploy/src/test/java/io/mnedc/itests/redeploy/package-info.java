/**
 * Bundles stopped, updated and started while the others run. Uses no package of theirs: a test bundle that did would be
 * refreshed with them.
 */
@NullMarked
package io.mnedc.itests.redeploy;

import org.jspecify.annotations.NullMarked;
