package io.mnedc.finder.dns;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Message;

/** DNS messages as they arrive: from anybody, with anything in them. */
public final class Messages {
    private static final Logger LOG = LoggerFactory.getLogger(Messages.class);

    private Messages() {}

    /** {@return what a packet says; null if it is no DNS message} */
    public static @Nullable Message parse(ByteBuffer packet) {
        try {
            return new Message(packet);
        } catch (IOException | RuntimeException e) {
            // the parser checks most of what it reads, but not all
            LOG.debug("a packet is no DNS message", e);
            return null;
        }
    }
}
