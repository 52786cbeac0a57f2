/**
 * Remote OSGi services (Remote Service Admin 1.1) over the overlay. {@link io.mnedc.rsa.RsaComponent} is where to start.
 *
 * <p>{@link io.mnedc.rsa.OwnEndpoints} tells the peers what this framework exports, {@link io.mnedc.rsa.PeerEndpoints} reads what peers
 * tell, {@link io.mnedc.rsa.Tellers} passes it on to the topology manager. {@link io.mnedc.rsa.Provider} is the distribution provider of
 * Apache Aries, kept at the virtual address. Threads: {@code mnedc-rsa-work} binds and publishes, {@code mnedc-rsa-tell-N} call listeners.
 */
@NullMarked
package io.mnedc.rsa;

import org.jspecify.annotations.NullMarked;
