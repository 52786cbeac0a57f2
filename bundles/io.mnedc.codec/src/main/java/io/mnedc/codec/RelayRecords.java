package io.mnedc.codec;

import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records on relays, as devices are told of them. */
final class RelayRecords {
    private RelayRecords() {}

    static void write(Relays relays, RecordWriter out) {
        if (relays.relays().size() > Protocol.MAX_RELAYS) {
            throw new IllegalArgumentException(relays.relays().size() + " relays are over " + Protocol.MAX_RELAYS);
        }
        for (RelayRecord relay : relays.relays()) {
            String complaint = complaint(relay);
            if (complaint != null) {
                throw new IllegalArgumentException(complaint);
            }
            RecordWriter record = new RecordWriter().deviceId(Tag.RELAY_ID, relay.relayId());
            relay.addresses()
                    .forEach(address -> record.opaque(
                            Tag.ADDRESS,
                            Opaque.copyOf(address.getBytes(StandardCharsets.US_ASCII)),
                            1,
                            Protocol.MAX_ADDRESS));
            out.nested(Tag.RELAY, record.int16(Tag.LOAD, relay.load()));
        }
    }

    private static @Nullable String complaint(RelayRecord relay) {
        if (relay.addresses().size() > Protocol.MAX_ADDRESSES) {
            return relay.addresses().size() + " addresses of a relay are over " + Protocol.MAX_ADDRESSES;
        }
        if (relay.load() < 0 || relay.load() > Protocol.MAX_LOAD) {
            return "LOAD " + relay.load() + " is not in 0.." + Protocol.MAX_LOAD;
        }
        return relay.addresses().stream()
                .filter(address -> !isAddress(address))
                .findFirst()
                .map(address -> "\"" + address.replaceAll("[^\\x20-\\x7e]", "?") + "\" is no HOST:PORT")
                .orElse(null);
    }

    /** Visible ASCII, and a port behind the last colon; whether the host can be dialled is found out by who dials. */
    private static boolean isAddress(String address) {
        int colon = address.lastIndexOf(':');
        int port = 0;
        for (int at = colon + 1; at < address.length(); at++) {
            int digit = address.charAt(at) - '0';
            if (digit < 0 || digit > 9 || port > 0xffff) {
                return false;
            }
            port = port * 10 + digit;
        }
        return colon > 0
                && port > 0
                && port <= 0xffff
                && address.length() <= Protocol.MAX_ADDRESS
                && address.chars().allMatch(c -> c > ' ' && c <= '~');
    }

    static Relays relays(RecordReader in) throws ProtocolException {
        List<RelayRecord> relays = new ArrayList<>();
        for (ByteBuffer value : in.repeated(Tag.RELAY, Protocol.MAX_RELAYS)) {
            RecordReader record = new RecordReader(value, "RELAY");
            RelayRecord relay = new RelayRecord(
                    record.deviceId(Tag.RELAY_ID),
                    record.texts(Tag.ADDRESS, Protocol.MAX_ADDRESSES, Protocol.MAX_ADDRESS),
                    record.unsigned16(Tag.LOAD));
            String complaint = complaint(relay);
            if (complaint != null) {
                throw record.violation(complaint);
            }
            relays.add(relay);
        }
        return new Relays(relays);
    }
}
