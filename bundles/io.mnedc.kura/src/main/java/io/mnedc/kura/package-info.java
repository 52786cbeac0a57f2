/**
 * What Eclipse Kura and the bundles of MNEDC need to know of each other; neither knows this bundle.
 *
 * <p>{@link io.mnedc.kura.Markers} lets Kura list and edit our PIDs; {@link io.mnedc.kura.StoredSettings} turns what Kura
 * stores into what our components expect; {@link io.mnedc.kura.KuraIdentity} lends one of Kura's key stores;
 * {@link io.mnedc.kura.StatusLight} shows a device's connection.
 */
@NullMarked
package io.mnedc.kura;

import org.jspecify.annotations.NullMarked;
