/** The one class of this project that must be beside ZooKeeper's, because what it needs is for their package only. */
@NullMarked
package org.apache.zookeeper.server.quorum;

import org.jspecify.annotations.NullMarked;
