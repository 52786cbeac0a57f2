package io.mnedc.relay;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Enrol;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Opaque;
import io.mnedc.codec.Preamble.StreamKind;
import io.mnedc.security.JoinToken;
import io.mnedc.security.OverlayTls;
import io.mnedc.security.OverlayTrust;
import io.mnedc.security.TimeFloor;
import io.mnedc.security.authority.OverlayAuthority;
import io.mnedc.security.device.DeviceIdentityStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;

/** An overlay in a directory, as another process beside the relay sees it, and devices with real keys. */
public final class TestOverlay {
    private static final Duration YEAR = Duration.ofDays(365);
    private static final InstantSource CLOCK = InstantSource.system();

    private final Path directory;
    private final Path devices;

    public TestOverlay(Path directory) {
        this.directory = directory.resolve("relay");
        this.devices = directory.resolve("devices");
    }

    /** Settings of a relay of this overlay. */
    public TestSettings settings() {
        return new TestSettings().tls().directory(directory);
    }

    public Path directory() {
        return directory;
    }

    public OverlayAuthority authority() throws Exception {
        return authority(CLOCK);
    }

    public OverlayAuthority authority(InstantSource clock) throws Exception {
        return OverlayAuthority.open(directory, YEAR, clock);
    }

    JoinToken token(Optional<String> deviceId, int uses) throws Exception {
        return token(deviceId, uses, CLOCK);
    }

    JoinToken token(Optional<String> deviceId, int uses, InstantSource clock) throws Exception {
        return authority(clock)
                .tokens()
                .issue(
                        new TokenRequest(deviceId, Set.of("sensors"), Duration.ofHours(1), uses, List.of()),
                        List.of("127.0.0.1:1"));
    }

    /** Where a device keeps its keys. */
    public DeviceIdentityStore store(String name) throws IOException, GeneralSecurityException {
        return DeviceIdentityStore.open(devices.resolve(name), CLOCK);
    }

    /** A device enrolled beside the relay, with a certificate that begins then. */
    public Identity identity(String deviceId, Instant then) throws Exception {
        InstantSource clock = InstantSource.fixed(then);
        OverlayAuthority at = authority(clock);
        DeviceIdentityStore store = DeviceIdentityStore.open(devices.resolve("issued-" + deviceId), clock);
        JoinToken token = new JoinToken(List.of("127.0.0.1:1"), at.fingerprint(), 1, new byte[JoinToken.SECRET_BYTES]);
        store.enrolled(at.issue(store.enrolmentRequest(deviceId, token), deviceId, Set.of()), token);
        return store.identity();
    }

    static SSLContext context(Identity identity) throws GeneralSecurityException {
        return OverlayTls.context(
                identity,
                OverlayTrust.relayTrust(identity.trusted(), "127.0.0.1", TimeFloor.inMemory(InstantSource.system())));
    }

    /** A connection to enrol on, before the request. */
    static PlainDevice enrolling(InetSocketAddress relay, JoinToken token) throws Exception {
        PlainDevice device = new PlainDevice(
                relay,
                OverlayTls.context(
                        null, OverlayTrust.pinned(token.fingerprint(), TimeFloor.inMemory(InstantSource.system()))),
                OverlayTls.ENROL);
        device.sendPreamble(StreamKind.CONTROL);
        device.receivePreamble();
        return device;
    }

    /** Sends a request and returns the answer; credentials are stored. */
    public static ControlMessage enrol(
            InetSocketAddress relay, DeviceIdentityStore store, String deviceId, JoinToken token) throws Exception {
        try (PlainDevice device = enrolling(relay, token)) {
            device.send(new Enrol(
                    deviceId,
                    token.id(),
                    Opaque.copyOf(token.secret()),
                    Opaque.copyOf(store.enrolmentRequest(deviceId, token)),
                    "test/1"));
            ControlMessage answer = device.receive();
            if (answer instanceof Credentials credentials) {
                store.enrolled(stored(credentials), token);
            }
            return answer;
        }
    }

    public static io.mnedc.security.Credentials stored(Credentials message) {
        return new io.mnedc.security.Credentials(
                message.chain().stream().map(Opaque::bytes).toList(),
                message.trusted().stream().map(Opaque::bytes).toList());
    }

    /** A device that has enrolled over the wire. */
    public DeviceIdentityStore enrolled(InetSocketAddress relay, String deviceId) throws Exception {
        DeviceIdentityStore store = store(deviceId);
        ControlMessage answer = enrol(relay, store, deviceId, token(Optional.of(deviceId), 1));
        if (!(answer instanceof Credentials)) {
            throw new AssertionError(answer);
        }
        return store;
    }

    public static PlainDevice dial(InetSocketAddress relay, Identity identity) throws Exception {
        return new PlainDevice(relay, context(identity), OverlayTls.CONTROL);
    }

    public static PlainDevice joined(InetSocketAddress relay, Identity identity, String deviceId) throws Exception {
        PlainDevice device = dial(relay, identity);
        device.register(deviceId, 1);
        device.bind();
        return device;
    }

    /** What the relay says to a device that it does not let in. */
    public static ErrorCode refusal(InetSocketAddress relay, Identity identity, String deviceId) throws Exception {
        try (PlainDevice device = dial(relay, identity)) {
            device.sendPreamble(StreamKind.CONTROL);
            device.send(device.hello(deviceId, 1));
            device.receivePreamble();
            return code(device.receive());
        }
    }

    public static ErrorCode code(ControlMessage message) {
        if (message instanceof ErrorReport report) {
            return ErrorCode.of(report.code()).orElseThrow();
        }
        throw new AssertionError("no error: " + message);
    }
}
