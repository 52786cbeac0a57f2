package io.mnedc.tun;

import io.mnedc.api.tun.TunSettings.Prefix;

/**
 * A network that an interface of this machine is in.
 *
 * @param index the interface's index
 * @param prefix an address in it with the network's length
 */
record LocalNetwork(int index, Prefix prefix) {}
