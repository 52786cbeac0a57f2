package io.mnedc.device;

import io.mnedc.api.device.LocalService;
import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.identity.IdentityProvider;
import io.mnedc.api.tcp.TcpSockets;
import io.mnedc.api.tun.TunDriver;
import java.net.InetAddress;
import java.security.Provider;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a device finds where it runs.
 *
 * @param driver makes its interface
 * @param software what it says it runs, such as {@code mnedc/0.1.0}
 * @param providers finds who supplies identities, by name; any thread
 * @param tls who makes TLS beside the Java runtime, now; null: nobody; any thread
 * @param sockets who looks at TCP sockets, now; null: nobody; any thread
 * @param finders finds relays of a kind that {@link RelayFinder} names, now; null: nobody; any thread
 * @param clock the system's, which may be wrong
 * @param nameServers tells the DNS servers that this host asks
 * @param local who answers at a UDP port of the relay's virtual address, now; null: nobody; any thread
 */
public record DeviceEnvironment(
        TunDriver driver,
        String software,
        Function<String, Optional<IdentityProvider>> providers,
        Supplier<@Nullable Provider> tls,
        Supplier<@Nullable TcpSockets> sockets,
        Function<String, @Nullable RelayFinder> finders,
        InstantSource clock,
        Supplier<? extends Collection<InetAddress>> nameServers,
        IntFunction<@Nullable LocalService> local) {}
