package io.mnedc.device;

import io.mnedc.device.common.Counters;
import io.mnedc.device.data.FrameSender;
import io.mnedc.device.data.PeerAnnouncements;
import io.mnedc.device.data.PeerKeys;
import io.mnedc.device.data.PeerTable;

/** Nobody makes keys. */
public final class NoKeys implements PeerKeys.Requests, PeerAnnouncements.Holders {
    /** The keys of a device that has none. */
    public static PeerKeys peers() {
        return new PeerKeys(new FrameSender(), new PeerTable(), new Counters(), new NoKeys());
    }

    @Override
    public void wanted(int node) {}

    @Override
    public void unknownEpoch(int node) {}

    @Override
    public void opened(int node, int epoch) {}

    @Override
    public void present(int node, String deviceId) {}

    @Override
    public void absent(int node) {}
}
