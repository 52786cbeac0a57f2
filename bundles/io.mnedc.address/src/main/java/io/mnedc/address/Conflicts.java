package io.mnedc.address;

import io.mnedc.address.HostNetworks.Local;
import io.mnedc.address.HostNetworks.Nic;
import io.mnedc.api.address.OutsideAddresses.Outside;
import io.mnedc.api.address.VirtualNetwork;
import io.mnedc.api.text.PlainText;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why a virtual network cannot be used: devices would route their own connection to the relay into it. */
final class Conflicts {
    /** The interface of a device that runs on this host, if nobody has given it another name. */
    private static final Pattern TUN = Pattern.compile("mnedc[0-9]+");

    private final List<Nic> host;
    private final List<Outside> outside;

    /**
     * Looks at what there is.
     *
     * @param host the interfaces of this host
     * @param outside where relays are reached
     */
    Conflicts(List<Nic> host, List<Outside> outside) {
        this.host = host;
        this.outside = outside;
    }

    /**
     * {@return why a network cannot be used, in a sentence with key, value and cure; empty if it can}
     *
     * @param wanted the network
     * @param before the network in force; null if none is
     */
    Optional<String> with(VirtualNetwork wanted, @Nullable VirtualNetwork before) {
        for (Nic nic : host) {
            if (!ofTheOverlay(nic, wanted) && (before == null || !ofTheOverlay(nic, before))) {
                for (Local local : nic.addresses()) {
                    if (wanted.contains(local.address())) {
                        return Optional.of(refused(
                                wanted,
                                local.address(),
                                "an address of this host (interface " + PlainText.of(nic.name()) + ")"));
                    }
                }
            }
        }
        return outside.stream()
                .filter(each -> wanted.contains(each.address()))
                .findFirst()
                .map(each -> refused(wanted, each.address(), each.what()));
    }

    /** A device may run beside the relay: its interface has addresses of the pool, and shall. */
    private static boolean ofTheOverlay(Nic nic, VirtualNetwork network) {
        return nic.pointToPoint()
                && (TUN.matcher(nic.name()).matches()
                        || nic.addresses().stream()
                                .map(Local::address)
                                .anyMatch(address -> !(address instanceof Inet4Address) && network.contains(address)));
    }

    private String refused(VirtualNetwork wanted, InetAddress address, String what) {
        boolean ipv4 = address instanceof Inet4Address;
        String key = ipv4 ? "pool" : "ipv6.prefix";
        String value =
                ipv4 ? wanted.cidr() : wanted.ulaPrefix().getHostAddress() + "/" + VirtualNetwork.ULA_PREFIX_LENGTH;
        return Settings.sentence(
                key,
                value,
                "it contains " + address.getHostAddress() + ", " + what
                        + ", and devices would send what is for the relay into the overlay; choose a network that is"
                        + " used nowhere else, such as "
                        + (ipv4 ? freePool(wanted) : UniqueLocalPrefix.random()));
    }

    /** {@return a private network that nothing here is in; as large as the wanted one if there is such a one} */
    private String freePool(VirtualNetwork wanted) {
        for (int length : new int[] {wanted.prefixLength(), 16, 24}) {
            // not from the beginning of the private networks: that is where everybody's own networks are
            for (int block : new int[] {0x0a4d0000, 0xac1d0000, 0x64630000, 0xc0a8d500}) {
                for (int i = 0; i < 64; i++) {
                    int base = (block + ((i << 16) & 0x00ff0000)) & (-1 << (32 - length));
                    Optional<String> free = free(base, length, wanted);
                    if (free.isPresent()) {
                        return free.get();
                    }
                }
            }
        }
        return "172.29.0.0/24";
    }

    private Optional<String> free(int base, int length, VirtualNetwork wanted) {
        String text = (base >>> 24) + "." + ((base >>> 16) & 255) + "." + ((base >>> 8) & 255) + "." + (base & 255)
                + "/" + length;
        if (!isPrivate(base, length)) {
            return Optional.empty();
        }
        VirtualNetwork candidate = VirtualNetwork.parse(text, wanted.ulaPrefix().getHostAddress());
        boolean taken =
                host.stream().flatMap(nic -> nic.addresses().stream()).anyMatch(local -> overlaps(candidate, local))
                        || outside.stream().anyMatch(each -> candidate.contains(each.address()));
        return taken ? Optional.empty() : Optional.of(text);
    }

    private static boolean isPrivate(int base, int length) {
        return within(base, length, 0x0a000000, 8)
                || within(base, length, 0xac100000, 12)
                || within(base, length, 0xc0a80000, 16)
                || within(base, length, 0x64400000, 10);
    }

    private static boolean within(int base, int length, int block, int blockLength) {
        return length >= blockLength && (base & (-1 << (32 - blockLength))) == block;
    }

    private static boolean overlaps(VirtualNetwork candidate, Local local) {
        return local.address() instanceof Inet4Address ipv4 && candidate.overlaps(ipv4, local.length());
    }
}
