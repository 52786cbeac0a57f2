package io.mnedc.device;

import io.mnedc.api.identity.Identity;
import io.mnedc.api.tun.TunState;
import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.Change;
import io.mnedc.codec.ControlMessage.Credentials;
import io.mnedc.codec.ControlMessage.Envelope;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ControlMessage.NodeRecord;
import io.mnedc.codec.ControlMessage.Ping;
import io.mnedc.codec.ControlMessage.Welcome;
import io.mnedc.codec.ErrorCode;
import io.mnedc.device.common.Counters;
import io.mnedc.device.common.OutageLog;
import io.mnedc.device.control.RefusalResponse;
import io.mnedc.device.control.RelayAttempt;
import io.mnedc.device.control.RelayConnector;
import io.mnedc.device.data.DataConnector;
import io.mnedc.device.data.TunHolder;
import io.mnedc.device.dial.Paths;
import io.mnedc.device.dial.Place;
import io.mnedc.device.network.Membership;
import io.mnedc.device.settings.DeviceSecuritySettings;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.work.LogLimiter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to a device, and what follows from it: from the lease comes the interface, from the session the data
 * stream, from both readiness. On the control loop.
 */
final class DeviceLife implements RelayConnector.Events, DataConnector.Events, TunHolder.Events {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceLife.class);

    private final SharedParts shared;
    private final StatusBoard board;
    private final Counters counters;
    private final Paths paths;
    private final OutageLog outages = new OutageLog("relay");
    private final OutageLog streamOutages = new OutageLog("data stream");
    private final LogLimiter notices = new LogLimiter(Duration.ofSeconds(10));
    private final DeviceParts parts;
    private @Nullable Identity identity;
    private @Nullable Membership membership;
    private String tunName = "";
    private Place relay = new Place(new RelayAddress("", 0), "", 0);
    private boolean everRegistered;
    private boolean said;

    /** Puts the parts together. */
    DeviceLife(SharedParts shared) {
        this.shared = shared;
        this.board = shared.board();
        this.counters = shared.counters();
        this.paths = shared.paths();
        this.parts = new DeviceParts(shared, this);
    }

    DeviceParts parts() {
        return parts;
    }

    private DeviceSettings settings() {
        return shared.settings().get();
    }

    @Override
    public void trying(RelayAddress tried) {
        board.trying(tried);
    }

    @Override
    public void unreachable(RelayAddress tried, String why, boolean lasting) {
        lost(tried + ": " + why, lasting);
    }

    @Override
    public void relaysKnown(List<RelayAddress> relays) {
        board.relays(relays);
        parts.guard().relays(relays);
    }

    @Override
    public void found(Place at, List<InetSocketAddress> addresses) {
        parts.guard().found(at, addresses);
    }

    @Override
    public void denied(String why, boolean lasting) {
        lost(why, lasting);
    }

    private void lost(String why, boolean lasting) {
        outages.failed(settings().deviceId(), why, System.nanoTime());
        board.unregistered(why, lasting);
    }

    @Override
    public void registered(RelayAttempt attempt, Welcome welcome, Membership now) {
        if (everRegistered) {
            counters.reconnects.increment();
        }
        everRegistered = true;
        membership = now;
        relay = attempt.target().place();
        board.registered(relay, now);
        parts.own().registered(attempt.hello());
        parts.link().registered(welcome.label(), now.node(), now.network());
        parts.renewals().registered(attempt);
        parts.sealing().joined(settings().deviceId(), now);
        // first the interface: what comes through the stream finds it open
        parts.guard().proved(relay, attempt.target().address());
        parts.guard().joined(now, attempt.ends());
        parts.stream().open(welcome, now, attempt.target());
    }

    @Override
    public void snapshot(List<NodeRecord> nodes, long leftOut) {
        Membership self = membership;
        if (self != null) {
            parts.peers().snapshot(nodes, leftOut, self);
            parts.groups().membersChanged();
            parts.tun().destinationsChanged();
        }
    }

    @Override
    public void changed(List<Change> changes) {
        Membership self = membership;
        if (self != null) {
            parts.peers().changed(changes, self);
            parts.groups().membersChanged();
            parts.tun().destinationsChanged();
        }
    }

    @Override
    public void envelope(Envelope envelope) {
        Membership self = membership;
        if (self != null && self.sealed()) {
            parts.sealing().envelope(envelope);
        }
    }

    @Override
    public void credentialed(RelayAttempt attempt, Credentials credentials) {
        parts.renewals().received(attempt, credentials);
    }

    @Override
    public void fleet(String relayId, int known) {
        board.fleet(relayId, known);
    }

    @Override
    public void moving() {
        leaving();
    }

    @Override
    public void noticed(RelayAddress by, ErrorReport notice) {
        // a relay that says much must not fill the log
        if (notices.may(System.nanoTime())) {
            LOG.warn(
                    "device {}: relay {} notes: {}{}",
                    settings().deviceId(),
                    by,
                    notice.sentence(),
                    notices.heldBack());
        }
    }

    @Override
    public void ended(RelayAttempt attempt, String why) {
        parts.stream().close();
        parts.renewals().ended();
        said = false;
        String id = settings().deviceId();
        ErrorReport refusal = attempt.refusal();
        ErrorCode code = refusal == null ? null : ControlMessage.codeOf(refusal).orElse(null);
        if (code == ErrorCode.REPLACED) {
            String problem = "another device with the ID " + id + " has registered at " + attempt.relay()
                    + " and put this one out; give each device its own device.id (is this a copied image?)";
            LOG.error("{}; trying again after a pause of up to {} s", problem, pauseSeconds());
            board.unregistered(problem, true);
            return;
        }
        boolean own = settings().security().source() instanceof DeviceSecuritySettings.Own;
        lost(attempt.relay() + ": " + why + RefusalResponse.setting(code, own), attempt.lasting());
    }

    private long pauseSeconds() {
        return parts.control().longestPause().toSeconds();
    }

    @Override
    public void bound() {
        streamOutages.over();
        board.bound(true);
        checkReady();
    }

    @Override
    public void unbound(String why) {
        said = false;
        board.bound(false);
        // often the first sign that the relay is lost, which will be warned of
        LOG.info(
                "device {} has lost its data stream to {}, it opens another one: {}",
                settings().deviceId(),
                relay,
                why);
    }

    @Override
    public void unopened(String why) {
        streamOutages.failed(settings().deviceId(), relay + ": " + why, System.nanoTime());
        board.streamFailed("registered, but no data stream: " + relay + ": " + why);
    }

    @Override
    public void stuck(InetSocketAddress remote, int segment) {
        paths.narrow(relay.relay(), remote, segment);
    }

    @Override
    public void watched(long heard) {
        if (parts.control().present().narrowed(heard)) {
            registerAgain("large packets get lost on the way; smaller ones from now on");
        }
    }

    @Override
    public void ask() {
        parts.control().present().tell(new Ping(System.nanoTime()));
    }

    @Override
    public long answered() {
        return parts.control().present().heardNanos();
    }

    @Override
    public void sessionUnknown(String why) {
        said = false;
        lost(relay + ": " + why, false);
        parts.renewals().ended();
        parts.stream().close();
        parts.control().giveUp("the relay does not know this session's data stream");
    }

    @Override
    public void tunReady(TunState state) {
        // another name, or another address: worth another line
        said = said && state.name().equals(tunName);
        tunName = state.name();
        board.tunReady(state);
        parts.groups().changed();
        checkReady();
    }

    /** Called by any thread. */
    @Override
    public Iterator<InetAddress> destinations() {
        return parts.peers().addresses();
    }

    /** Called by any thread. */
    @Override
    public Collection<InetAddress> outside() {
        return parts.guard().outside();
    }

    @Override
    public void tunFailed(String problem) {
        said = false;
        tunName = "";
        board.tunFailed(problem);
        parts.groups().changed();
    }

    private void checkReady() {
        if (said || !board.ready()) {
            return;
        }
        said = true;
        outages.over();
        LOG.info(
                "device {} ready: {} on {} via {}",
                settings().deviceId(),
                String.join(" ", board.addresses()),
                tunName,
                relay);
    }

    /** The data stream will be opened again: no reason to warn. */
    void expectUnbound() {
        said = false;
        board.bound(false);
    }

    /** The list of relays is different now. */
    void relaysChanged(List<RelayAddress> relays) {
        RelayConnector control = parts.control();
        if (!control.goesOn(relays)) {
            leaving();
        }
        control.relays(relays);
    }

    /**
     * This is the identity from now on. Keys with peers stay, unless somebody is not trusted any more who was; and a device
     * that could not prove itself before need not wait any longer.
     */
    void identified(Identity now) {
        board.identity(now);
        parts.own().identified(now);
        Identity before = identity;
        identity = now;
        if (before == null || before.equals(now)) {
            return;
        }
        Instant ended = before.chain().get(0).getNotAfter().toInstant();
        if (!now.trusted().equals(before.trusted())) {
            parts.link().trustChanged();
        }
        if (!now.trusted().containsAll(before.trusted())
                || shared.identities().floor().now().isAfter(ended)) {
            parts.sealing().renew();
        }
    }

    /** There is a join token that was not used yet. */
    void tokenFound() {
        registerAgain("there is a new join token");
    }

    /** Something that the relay must hear is different now. */
    void registerAgain(String reason) {
        leaving();
        parts.control().again(reason);
    }

    private void leaving() {
        said = false;
        parts.renewals().ended();
        parts.stream().close();
        board.unregistered(null, false);
    }
}
