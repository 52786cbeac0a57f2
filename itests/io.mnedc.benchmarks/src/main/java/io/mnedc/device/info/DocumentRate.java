package io.mnedc.device.info;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.ServiceRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.InfoDocument;
import io.mnedc.codec.Opaque;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSecuritySettings;
import io.mnedc.security.AccessRules;
import io.mnedc.security.DocumentSignatures;
import io.mnedc.security.JoinToken;
import io.mnedc.security.TlsChoice;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/** How long a device takes to check what its peers have signed: all of a snapshot, what has changed, and what has not. */
public final class DocumentRate {
    private DocumentRate() {}

    /** Arguments: how many peers (1000), and an empty directory. */
    public static void main(String[] args) throws Exception {
        int peers = args.length > 0 ? Integer.parseInt(args[0]) : 1_000;
        Path directory = Path.of(args[1]);
        OverlayAuthority authority =
                OverlayAuthority.open(directory.resolve("relay"), Duration.ofDays(365), InstantSource.system());
        join(authority, directory, "reader");
        DeviceIdentity reader = identity(directory, "reader");
        List<NodeRecord> first = new ArrayList<>();
        List<NodeRecord> second = new ArrayList<>();
        for (int i = 0; i < peers; i++) {
            String id = "gateway-" + i;
            Identity identity = join(authority, directory, id).identity();
            first.add(record(identity, id, 1));
            second.add(record(identity, id, 2));
        }
        SignedInfo one = first.get(0).document();
        System.out.printf(
                "%d bytes each: %d of it the certificate%n",
                one.size(), one.chain().get(0).size());
        for (int run = 1; run <= 5; run++) {
            InfoVerifier verifier = new InfoVerifier(reader, new LongAdder());
            double fresh = millis(verifier, first);
            double same = millis(verifier, first);
            double changed = millis(verifier, second);
            System.out.printf(
                    "run %d: %d peers: first %.0f ms, unchanged %.1f ms, changed %.0f ms%n",
                    run, peers, fresh, same, changed);
        }
    }

    private static double millis(InfoVerifier verifier, List<NodeRecord> records) {
        long begun = System.nanoTime();
        for (NodeRecord each : records) {
            if (!verifier.check(each, true).verified()) {
                throw new IllegalStateException(each.deviceId() + " is not believed");
            }
        }
        return (System.nanoTime() - begun) / 1e6;
    }

    private static NodeRecord record(Identity identity, String id, long issue) throws Exception {
        NodeInfo info = new NodeInfo(
                "linux-amd64",
                "osgi",
                List.of(new ServiceRecord("web", "http", 8080, Map.of("path", "/status"))),
                Map.of());
        Opaque body = new InfoDocument(id, issue, info).encode();
        var certificate = identity.chain().get(0);
        byte[] signature = DocumentSignatures.sign(identity.key(), certificate.getPublicKey(), body.bytes());
        SignedInfo document = new SignedInfo(
                body,
                DocumentSignatures.scheme(certificate.getPublicKey()),
                Opaque.copyOf(signature),
                List.of(Opaque.copyOf(certificate.getEncoded())));
        return new NodeRecord(id, 5, "test", 7, NodeInfo.NONE, document);
    }

    private static DeviceIdentityStore join(OverlayAuthority authority, Path directory, String id) throws Exception {
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

    private static DeviceIdentity identity(Path directory, String id) {
        DeviceSecuritySettings settings = new DeviceSecuritySettings(
                true,
                TlsChoice.JAVA,
                null,
                directory.resolve(id),
                new DeviceSecuritySettings.Own(),
                AccessRules.OPEN,
                Duration.ofMinutes(2));
        DeviceIdentity identities = new DeviceIdentity(name -> Optional.empty(), InstantSource.system());
        identities.ask(settings, id, token -> false);
        return identities;
    }
}
