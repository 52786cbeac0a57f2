/**
 * What every {@link io.mnedc.api.store.OverlayStore} must do: {@link io.mnedc.testing.store.OverlayStoreContract}, which uses it by {@link
 * io.mnedc.testing.store.StoreClients}.
 */
@NullMarked
package io.mnedc.testing.store;

import org.jspecify.annotations.NullMarked;
