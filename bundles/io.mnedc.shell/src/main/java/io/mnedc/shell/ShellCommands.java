package io.mnedc.shell;

import io.mnedc.api.address.AddressAllocator;
import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.peer.NameService;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.text.PlainText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Gogo's {@code mnedc:*} commands; each works with what is there and says what is missing. */
@Component(
        service = ShellCommands.class,
        configurationPolicy = ConfigurationPolicy.IGNORE,
        property = {
            "osgi.command.scope=mnedc",
            "osgi.command.function=status",
            "osgi.command.function=relays",
            "osgi.command.function=peers",
            "osgi.command.function=leases",
            "osgi.command.function=resolve",
            "osgi.command.function=ping",
            "osgi.command.function=acceptpool"
        })
public final class ShellCommands {
    private static final int ANSWER_SECONDS = 10;
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final String NO_RELAY =
            "No relay runs here: set enabled=true in the configurations io.mnedc.relay and io.mnedc.address.";
    private static final String NO_DEVICE =
            "No device runs here: set enabled=true and relays in the configuration io.mnedc.device.";

    private static final String NO_NAMES =
            "Nobody answers names here: the bundle io.mnedc.names and a device are needed, and enabled must not be"
                    + " false in the configuration io.mnedc.names.";

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable RelayStatus relay;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable DeviceStatus device;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable PeerDirectory directory;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable AddressAllocator allocator;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile @Nullable NameService names;

    private final List<Notice> notices = new CopyOnWriteArrayList<>();

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addNotice(Notice notice) {
        notices.add(notice);
    }

    void removeNotice(Notice notice) {
        notices.remove(notice);
    }

    /** Made by the component runtime. */
    @Activate
    public ShellCommands() {}

    /** Prints the relay and the device that run here. */
    @Descriptor("shows the relay and the device that run here, with their counters")
    public void status() {
        // printed, not returned: not every shell prints results. Gogo puts the session's terminal behind System.out.
        System.out.println(statusText());
    }

    /** Prints the relays of the overlay. */
    @Descriptor("lists the relays of the overlay, as the relay that runs here knows them")
    public void relays() {
        System.out.println(relaysText());
    }

    /** {@return the relays of the overlay} */
    public String relaysText() {
        RelayStatus here = relay;
        return here == null ? NO_RELAY : StatusReport.relays(here.relays());
    }

    /** {@return the name in full where names are answered, else the label} */
    private String nameOf(DeviceStatus deviceHere) {
        NameService answered = names;
        String label = deviceHere.name();
        return label.isEmpty() || answered == null ? label : label + "." + answered.zone();
    }

    /** {@return the relay and the device that run here} */
    public String statusText() {
        RelayStatus relayHere = relay;
        DeviceStatus deviceHere = device;
        var text = new StringBuilder();
        if (relayHere != null) {
            text.append(StatusReport.relay(relayHere.snapshot(), relayHere.certificateExpires(), Instant.now()));
        }
        if (deviceHere != null) {
            text.append(text.isEmpty() ? "" : System.lineSeparator())
                    .append(StatusReport.device(
                            deviceHere.snapshot(),
                            StatusReport.overlay(deviceHere.relayId(), deviceHere.relaysTold()),
                            nameOf(deviceHere),
                            deviceHere.tries(),
                            Instant.now()));
        }
        String said = notices.stream()
                .map(notice -> "Notice of " + PlainText.of(notice.pid()) + ": " + PlainText.of(notice.text())
                        + System.lineSeparator())
                .sorted()
                .collect(Collectors.joining());
        if (!said.isEmpty()) {
            return said + text;
        }
        return text.isEmpty() ? NO_RELAY + System.lineSeparator() + NO_DEVICE : text.toString();
    }

    /** Prints the peers of the device that runs here. */
    @Descriptor("lists the peers of this device, their addresses and what they offer")
    public void peers() {
        System.out.println(peersText());
    }

    /** {@return the peers of the device that runs here} */
    public String peersText() {
        PeerDirectory here = directory;
        return here == null ? NO_DEVICE : PeerReport.of(here);
    }

    /**
     * Prints the addresses of a name, or the name of an address.
     *
     * @param name which
     */
    @Descriptor("shows the virtual addresses of a device's name, or the name of a virtual address")
    public void resolve(@Descriptor("such as press-7, press-7.mnedc or 10.0.0.5") String name) {
        System.out.println(resolvedText(name));
    }

    /** {@return what {@link #resolve} prints} */
    public String resolvedText(String name) {
        NameService here = names;
        return here == null ? NO_NAMES : PlainText.lines(NameReport.of(here, name));
    }

    /**
     * Takes on the virtual network that the relay announces, if it is another one than before.
     *
     * @param network which, as it is shown without it
     */
    @Descriptor("takes on the virtual network that the relay announces now; without it, shows the one that waits")
    public void acceptpool(
            @Descriptor("the network that waits, such as 10.1.0.0/16,fd12:3456:789a:1::/64") String... network) {
        System.out.println(acceptedText(network));
    }

    /** {@return what came of taking on a network} */
    String acceptedText(String... network) {
        DeviceStatus here = device;
        if (here == null) {
            return NO_DEVICE;
        }
        String waiting = here.waitingNetwork().orElse("");
        if (waiting.isEmpty()) {
            return "No virtual network waits for a word: see mnedc:status.";
        }
        if (network.length == 0) {
            return "The relay announces " + waiting + ". If that is meant: mnedc:acceptpool " + waiting;
        }
        String wanted = String.join("", network);
        try {
            boolean accepted = here.acceptNetwork(wanted).toCompletableFuture().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return accepted
                    ? "This device is in " + wanted + " from now on."
                    : wanted + " does not wait, but " + waiting + " does: mnedc:acceptpool " + waiting;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "Interrupted.";
        } catch (ExecutionException | TimeoutException e) {
            return "The device does not answer; see its log.";
        }
    }

    /** Prints the leases of the relay that runs here. */
    @Descriptor("lists the leases of this relay: which device has which address")
    public void leases() {
        System.out.println(leasesText());
    }

    /** {@return the leases of the relay that runs here} */
    public String leasesText() {
        AddressAllocator here = allocator;
        return here == null ? NO_RELAY : LeaseReport.of(here);
    }

    /**
     * Measures the way to a peer and back.
     *
     * @param count how many echoes
     * @param peer whom
     * @throws InterruptedException if the user wants no more
     */
    @Descriptor("measures the way to a peer's device and back, through the relay")
    public void ping(
            @Descriptor("how many echoes, 4 if not given")
                    @Parameter(
                            names = {"-c", "--count"},
                            absentValue = "4")
                    int count,
            @Descriptor("device ID, virtual IPv4 or IPv6 address, node number, or relay") String peer)
            throws InterruptedException {
        DeviceStatus here = device;
        if (here == null) {
            System.out.println(NO_DEVICE);
            return;
        }
        try {
            new Ping(here, directory, INTERVAL, line -> System.out.println(PlainText.of(line))).run(peer, count);
        } catch (IllegalArgumentException e) {
            System.out.println(PlainText.of(e));
        }
    }
}
