/**
 * The {@link io.mnedc.api.store.OverlayStore} of several relays, in an ensemble of Apache ZooKeeper. {@link io.mnedc.cluster.ZooKeeperStore}
 * is where to start, {@link io.mnedc.cluster.Layout} shows the nodes, and decision 0022 says why it is exact. {@link io.mnedc.cluster.Operation} publishes it
 * as the settings say.
 *
 * <p>{@link io.mnedc.cluster.Follower} keeps the {@link io.mnedc.cluster.Mirror} that reads are answered from,
 * {@link io.mnedc.cluster.Committer} makes transactions. Threads: {@code mnedc-cluster-store-N} does all of it, two threads of ZooKeeper with that
 * name and {@code -SendThread} or {@code -EventThread} behind it keep the connection, and {@code mnedc-cluster-tell-N} calls watchers and
 * completes transactions.
 *
 * <p>The server of ZooKeeper in a relay is in {@link io.mnedc.cluster.server}. In an ensemble of the operator's the nodes have no access
 * control, and the connection is neither encrypted nor authenticated: who reaches a server of it reads and changes all of the store. It must
 * be in a network that only relays reach.
 */
@NullMarked
package io.mnedc.cluster;

import org.jspecify.annotations.NullMarked;
