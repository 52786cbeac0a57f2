package io.mnedc.device.info;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.InfoDocument;
import io.mnedc.codec.Opaque;
import io.mnedc.security.DocumentSignatures;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Devices with certificates, and what they tell: one service. */
public final class BenchDevice {
    /** What each tells. */
    public static final NodeInfo INFO = new NodeInfo(
            "linux-amd64",
            "osgi",
            List.of(new ServiceRecord("web", "http", 8080, Map.of("path", "/status"))),
            Map.of());

    private BenchDevice() {}

    /** {@return a device that has joined, with its key in a directory of its ID} */
    public static DeviceIdentityStore join(OverlayAuthority authority, Path directory, String id) throws Exception {
        DeviceIdentityStore store = DeviceIdentityStore.open(directory.resolve(id), InstantSource.system());
        JoinToken token = authority
                .tokens()
                .issue(
                        new TokenRequest(Optional.of(id), Set.of(), Duration.ofHours(1), 1, List.of()),
                        List.of("relay:1"));
        store.enrolled(
                authority
                        .enrol(token.id(), token.secret(), id, store.enrolmentRequest(id, token))
                        .credentials(),
                token);
        return store;
    }

    /** {@return what it tells, signed} */
    public static SignedInfo document(Identity identity, String id, long issue) throws Exception {
        Opaque body = new InfoDocument(id, issue, INFO).encode();
        var certificate = identity.chain().get(0);
        byte[] signature = DocumentSignatures.sign(identity.key(), certificate.getPublicKey(), body.bytes());
        return new SignedInfo(
                body,
                DocumentSignatures.scheme(certificate.getPublicKey()),
                Opaque.copyOf(signature),
                List.of(Opaque.copyOf(certificate.getEncoded())));
    }
}
