package io.mnedc.relay;

import io.mnedc.relay.settings.MeshSettings;
import io.mnedc.relay.settings.Policy;
import io.mnedc.relay.settings.RelaySecuritySettings;
import io.mnedc.relay.settings.RelaySettings;
import io.mnedc.security.TlsChoice;
import io.mnedc.transport.StreamSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Settings of a relay on loopback, to be varied. */
public final class TestSettings {
    private InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private Duration keepalive = Duration.ofSeconds(20);
    private Duration handshake = Duration.ofSeconds(10);
    private Policy policy = Policy.DEFAULT;
    private @Nullable Path directory;
    private MeshSettings mesh = MeshSettings.DEFAULT;
    private boolean shared;
    private boolean tls;
    private Duration grace = Duration.ofDays(400);
    private int halfOpenPerSource = 256;
    private String identityProvider = "";
    private Optional<RelaySecuritySettings.Store> store = Optional.empty();

    public TestSettings listen(InetSocketAddress now) {
        listen = now;
        return this;
    }

    public TestSettings keepalive(Duration now) {
        keepalive = now;
        return this;
    }

    public TestSettings handshake(Duration now) {
        handshake = now;
        return this;
    }

    public TestSettings policy(Policy now) {
        policy = now;
        return this;
    }

    /** As one of several relays, under this ID. */
    public TestSettings relayId(String now) {
        mesh = new MeshSettings(now, List.of());
        return this;
    }

    TestSettings directory(@Nullable Path now) {
        directory = now;
        return this;
    }

    public TestSettings shared() {
        shared = true;
        return this;
    }

    TestSettings tls() {
        tls = true;
        return this;
    }

    public TestSettings grace(Duration now) {
        grace = now;
        return this;
    }

    public TestSettings halfOpenPerSource(int now) {
        halfOpenPerSource = now;
        return this;
    }

    public TestSettings identityProvider(String now) {
        identityProvider = now;
        return this;
    }

    TestSettings store(RelaySecuritySettings.Store now) {
        store = Optional.of(now);
        return this;
    }

    public RelaySettings build() {
        return new RelaySettings(
                List.of(listen),
                keepalive,
                handshake,
                2,
                StreamSettings.DEFAULT,
                16 << 20,
                policy,
                mesh,
                false,
                directory,
                shared,
                new RelaySecuritySettings(
                        tls, TlsChoice.AUTO, identityProvider, store, Duration.ofDays(365), grace, halfOpenPerSource));
    }
}
