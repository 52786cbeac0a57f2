package io.mnedc.discovery;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;

/** A filter of {@link PeerDirectory}, and what it is asked about. Immutable. */
final class PeerFilter {
    private final Filter filter;

    private PeerFilter(Filter filter) {
        this.filter = filter;
    }

    /**
     * {@return the filter of this text}
     *
     * @throws IllegalArgumentException if it is none
     */
    static PeerFilter of(String text) {
        try {
            return new PeerFilter(FrameworkUtil.createFilter(text));
        } catch (InvalidSyntaxException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no filter, such as (&(platform=linux-*)(service=camera)): " + e.getMessage(),
                    e);
        }
    }

    boolean matches(Peer peer) {
        return filter.matches(attributes(peer));
    }

    boolean matches(Peer peer, OfferedService service) {
        Map<String, Object> attributes = attributes(peer);
        attributes.putAll(service.attributes());
        attributes.put(PeerDirectory.SERVICE, service.name());
        attributes.put(PeerDirectory.PROTOCOL, service.protocol());
        attributes.put(PeerDirectory.PORT, service.port());
        return filter.matches(attributes);
    }

    /** {@return what filters see of a peer} */
    static Map<String, Object> attributes(Peer peer) {
        List<OfferedService> services = peer.info().services();
        // first what the peer names as it likes
        Map<String, Object> attributes = new HashMap<>(peer.info().attributes());
        attributes.put(PeerDirectory.DEVICE_ID, peer.deviceId());
        attributes.put(PeerDirectory.NAME, peer.name());
        attributes.put(
                PeerDirectory.ADDRESS,
                List.of(peer.ipv4().getHostAddress(), peer.ipv6().getHostAddress()));
        attributes.put(PeerDirectory.SOFTWARE, peer.software());
        attributes.put(PeerDirectory.PLATFORM, peer.info().platform());
        attributes.put(PeerDirectory.EXECUTION_TYPE, peer.info().executionType());
        attributes.put(PeerDirectory.VERIFIED, peer.verified());
        attributes.put(PeerDirectory.GROUP, List.copyOf(peer.groups()));
        attributes.put(
                PeerDirectory.SERVICE,
                services.stream().map(OfferedService::name).toList());
        attributes.put(
                PeerDirectory.PROTOCOL,
                services.stream().map(OfferedService::protocol).distinct().toList());
        return attributes;
    }
}
