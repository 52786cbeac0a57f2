package io.mnedc.device;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.Opaque;
import io.mnedc.security.Credentials;
import io.mnedc.security.TimeFloor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a device takes from a relay's CREDENTIALS. */
final class RelayTime {
    private RelayTime() {}

    /**
     * Believes a relay's clock, for as long as its certificate is good: beyond that, a relay with a lost key could end
     * the certificates of others.
     *
     * @param floor to be raised
     * @param millis what the relay says
     * @param certificate the relay's, checked; nothing is believed without
     */
    static void note(TimeFloor floor, long millis, @Nullable X509Certificate certificate) {
        if (certificate == null || millis < 0) {
            return;
        }
        Instant said = Instant.ofEpochMilli(millis);
        Instant end = certificate.getNotAfter().toInstant();
        floor.raise(said.isBefore(end) ? said : end);
    }

    /** {@return a message's certificates, without its time} */
    static Credentials credentials(ControlMessage.Credentials message) {
        return new Credentials(bytes(message.chain()), bytes(message.trusted()));
    }

    private static List<byte[]> bytes(List<Opaque> values) {
        return values.stream().map(Opaque::bytes).toList();
    }
}
