package io.mnedc.device;

/** Nobody makes keys. */
final class NoKeys implements SealedPeers.Requests, PeerLink.Holders {
    /** The keys of a device that has none. */
    static SealedPeers peers() {
        return new SealedPeers(new Outlet(), new PeerTable(), new Counters(), new NoKeys());
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
