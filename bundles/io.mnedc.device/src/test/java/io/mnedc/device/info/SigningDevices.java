package io.mnedc.device.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.codec.ControlMessage.NodeInfo;
import io.mnedc.codec.ControlMessage.SignedInfo;
import io.mnedc.codec.InfoDocument;
import io.mnedc.codec.Opaque;
import io.mnedc.device.Fixture;
import io.mnedc.device.identity.DeviceIdentity;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.security.DocumentSignatures;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Devices of one overlay, with their keys and certificates. */
final class SigningDevices {
    private final Path directory;
    private final InstantSource clock;
    private final OverlayAuthority authority;

    SigningDevices(Path directory, InstantSource clock) throws Exception {
        this.directory = directory;
        this.clock = clock;
        this.authority = OverlayAuthority.open(directory.resolve("relay"), Duration.ofDays(365), clock);
    }

    /** {@return the settings of a device, which may not have joined} */
    DeviceSettings settings(String id) throws IOException {
        return Fixture.settings(Map.of(
                "device.id",
                id,
                "security",
                "tls",
                "data.dir",
                directory.resolve(id).toString()));
    }

    /** {@return the identity of a device that has joined} */
    DeviceIdentity joined(String id, String... groups) throws Exception {
        DeviceIdentityStore store = DeviceIdentityStore.open(directory.resolve(id), clock);
        if (store.stored().isEmpty()) {
            JoinToken token = authority
                    .tokens()
                    .issue(
                            new TokenRequest(Optional.of(id), Set.of(groups), Duration.ofHours(1), 1, List.of()),
                            List.of("relay:1"));
            store.enrolled(
                    authority
                            .enrol(token.id(), token.secret(), id, store.enrolmentRequest(id, token))
                            .credentials(),
                    token);
        }
        DeviceIdentity identities = new DeviceIdentity(name -> Optional.empty(), clock);
        assertThat(identities.ask(settings(id).security(), id, token -> false))
                .isInstanceOf(DeviceIdentity.Known.class);
        return identities;
    }

    static Identity identity(DeviceIdentity of) {
        return Objects.requireNonNull(of.current());
    }

    /** {@return what a device says, signed by it as what another one says} */
    static SignedInfo signed(DeviceIdentity by, String about, long issue, NodeInfo info)
            throws GeneralSecurityException {
        Identity identity = identity(by);
        Opaque body = new InfoDocument(about, issue, info).encode();
        byte[] signature =
                DocumentSignatures.sign(identity.key(), identity.chain().get(0).getPublicKey(), body.bytes());
        return new SignedInfo(
                body,
                DocumentSignatures.scheme(identity.chain().get(0).getPublicKey()),
                Opaque.copyOf(signature),
                List.of(Opaque.copyOf(identity.chain().get(0).getEncoded())));
    }
}
