package io.mnedc.device.info;

import io.mnedc.api.identity.Identity;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSecuritySettings;
import io.mnedc.security.AccessRules;
import io.mnedc.security.TlsChoice;
import io.mnedc.security.authority.OverlayAuthority;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        BenchDevice.join(authority, directory, "reader");
        DeviceIdentity reader = identity(directory, "reader");
        List<NodeRecord> first = new ArrayList<>();
        List<NodeRecord> second = new ArrayList<>();
        for (int i = 0; i < peers; i++) {
            String id = "gateway-" + i;
            Identity identity = BenchDevice.join(authority, directory, id).identity();
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
        return new NodeRecord(id, 5, "test", 7, NodeInfo.NONE, BenchDevice.document(identity, id, issue));
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
