package io.mnedc.finder;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.finder.dns.DnsClient;
import io.mnedc.finder.dns.SrvRecords;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.xbill.DNS.Name;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Finds relays by the SRV records of {@code _mnedc._tcp.DOMAIN}. */
@Component(property = RelayFinder.KIND + "=" + RelayFinder.SRV, configurationPolicy = ConfigurationPolicy.IGNORE)
public final class SrvFinder implements RelayFinder {
    private static final String SERVICE = "_mnedc._tcp.";

    private final DnsClient client;
    private volatile boolean ended;

    /** Asks the DNS servers of this host. */
    @Activate
    public SrvFinder() {
        this(SrvFinder::servers);
    }

    SrvFinder(Supplier<List<InetSocketAddress>> servers) {
        this.client = new DnsClient(servers, () -> ended);
    }

    /** They may be others than before: the host may have moved. */
    private static List<InetSocketAddress> servers() {
        ResolverConfig.refresh();
        return ResolverConfig.getCurrentConfig().servers();
    }

    @Override
    public List<Found> find(String domain, Duration limit) throws IOException, InterruptedException {
        Name name;
        try {
            name = Name.fromString(SERVICE + domain, Name.root);
        } catch (TextParseException e) {
            throw new IOException("\"" + domain + "\" is no domain", e);
        }
        return SrvRecords.targets(
                client.ask(name, Type.SRV, limit),
                name,
                most -> ThreadLocalRandom.current().nextInt(most + 1));
    }

    @Deactivate
    void deactivate() {
        ended = true;
    }
}
