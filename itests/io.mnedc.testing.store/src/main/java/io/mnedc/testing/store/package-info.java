/** What every {@link io.mnedc.api.store.OverlayStore} must do: {@link io.mnedc.testing.store.OverlayStoreContract}. */
@NullMarked
package io.mnedc.testing.store;

import org.jspecify.annotations.NullMarked;
