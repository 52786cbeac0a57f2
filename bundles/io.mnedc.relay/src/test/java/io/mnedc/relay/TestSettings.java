package io.mnedc.relay;

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
final class TestSettings {
    private InetSocketAddress listen = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private Duration keepalive = Duration.ofSeconds(20);
    private Duration handshake = Duration.ofSeconds(10);
    private Policy policy = Policy.DEFAULT;
    private @Nullable Path directory;
    private boolean tls;
    private Duration grace = Duration.ofDays(400);
    private int halfOpenPerSource = 256;
    private String identityProvider = "";
    private Optional<SecuritySettings.Store> store = Optional.empty();

    TestSettings listen(InetSocketAddress now) {
        listen = now;
        return this;
    }

    TestSettings keepalive(Duration now) {
        keepalive = now;
        return this;
    }

    TestSettings handshake(Duration now) {
        handshake = now;
        return this;
    }

    TestSettings policy(Policy now) {
        policy = now;
        return this;
    }

    TestSettings directory(@Nullable Path now) {
        directory = now;
        return this;
    }

    TestSettings tls() {
        tls = true;
        return this;
    }

    TestSettings grace(Duration now) {
        grace = now;
        return this;
    }

    TestSettings halfOpenPerSource(int now) {
        halfOpenPerSource = now;
        return this;
    }

    TestSettings identityProvider(String now) {
        identityProvider = now;
        return this;
    }

    TestSettings store(SecuritySettings.Store now) {
        store = Optional.of(now);
        return this;
    }

    RelaySettings build() {
        return new RelaySettings(
                List.of(listen),
                keepalive,
                handshake,
                2,
                StreamSettings.DEFAULT,
                16 << 20,
                policy,
                directory,
                new SecuritySettings(
                        tls, TlsChoice.AUTO, identityProvider, store, Duration.ofDays(365), grace, halfOpenPerSource));
    }
}
