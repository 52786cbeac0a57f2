package io.mnedc.device;

import io.mnedc.api.device.LocalService;
import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.tun.TunDriver;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a device finds around it in a test: a driver, and nothing else unless the test says so. */
public final class TestEnvironment {
    private final TunDriver driver;
    private Function<String, Optional<IdentityProvider>> providers = name -> Optional.empty();
    private Function<String, @Nullable RelayFinder> finders = kind -> null;
    private InstantSource clock = InstantSource.system();
    private Supplier<? extends Collection<InetAddress>> nameServers = List::of;
    private IntFunction<@Nullable LocalService> local = port -> null;

    public TestEnvironment(TunDriver driver) {
        this.driver = driver;
    }

    public TestEnvironment providers(Function<String, Optional<IdentityProvider>> other) {
        providers = other;
        return this;
    }

    public TestEnvironment finders(Function<String, @Nullable RelayFinder> other) {
        finders = other;
        return this;
    }

    public TestEnvironment clock(InstantSource other) {
        clock = other;
        return this;
    }

    public TestEnvironment nameServers(Supplier<? extends Collection<InetAddress>> other) {
        nameServers = other;
        return this;
    }

    public TestEnvironment local(IntFunction<@Nullable LocalService> other) {
        local = other;
        return this;
    }

    public DeviceEnvironment make() {
        return new DeviceEnvironment(
                driver, "mnedc/test", providers, () -> null, () -> null, finders, clock, nameServers, local);
    }
}
