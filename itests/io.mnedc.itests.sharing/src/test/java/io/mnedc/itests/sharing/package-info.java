/**
 * What several relays of one overlay share, with real relays and a real server of ZooKeeper. Start with {@link TwoRelays}, which the
 * tests extend.
 */
@NullMarked
package io.mnedc.itests.sharing;

import org.jspecify.annotations.NullMarked;
