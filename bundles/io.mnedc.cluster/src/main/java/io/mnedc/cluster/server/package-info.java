/**
 * The server of ZooKeeper that is inside a relay. {@link io.mnedc.cluster.server.Ensemble} is where to start: it joins the overlay, keeps
 * an {@link io.mnedc.cluster.server.EnsembleServer} running, and {@link io.mnedc.cluster.server.Membership} keeps the list of servers right, by
 * ZooKeeper's own reconfiguration; {@link io.mnedc.cluster.server.Voters} says who votes. Decision 0029 has the reasons.
 *
 * <p>Servers talk by TLS with the certificates of their relays ({@link io.mnedc.cluster.server.ServerTls}). The port for clients is on
 * loopback only, and only this process knows the {@link io.mnedc.cluster.server.Superuser} that may read and change anything.
 *
 * <p>Threads: {@code mnedc-cluster-server} looks after all of it. ZooKeeper's threads are begun by it.
 */
@NullMarked
package io.mnedc.cluster.server;

import org.jspecify.annotations.NullMarked;
