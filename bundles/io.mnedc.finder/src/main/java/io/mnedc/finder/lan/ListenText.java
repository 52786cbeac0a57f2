package io.mnedc.finder.lan;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a relay listens, as its service property has it.
 *
 * @param address null: all of this host's
 */
record ListenText(@Nullable InetAddress address, int port) {
    private static final Logger LOG = LoggerFactory.getLogger(ListenText.class);

    static List<ListenText> of(List<String> texts) {
        List<ListenText> all = new ArrayList<>();
        texts.forEach(text -> of(text).ifPresent(all::add));
        return all;
    }

    private static Optional<ListenText> of(String text) {
        int colon = text.lastIndexOf(':');
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            String host = text.substring(0, colon).replaceAll("[\\[\\]]", "");
            if (port == 0) {
                LOG.warn(
                        "The relay listens at a port that nobody knows before: not announced; set listen to a fixed one");
                return Optional.empty();
            }
            // the relay writes addresses, never names
            return Optional.of(new ListenText(host.equals("*") ? null : InetAddress.getByName(host), port));
        } catch (UnknownHostException | RuntimeException e) {
            LOG.warn("The relay says that it listens at \"{}\", which is no address: not announced", text, e);
            return Optional.empty();
        }
    }

    boolean serves(InetAddress own) {
        return address == null || address.equals(own);
    }
}
