package io.mnedc.device.relays;

import io.mnedc.api.finder.RelayFinder;
import io.mnedc.api.text.PlainText;
import io.mnedc.codec.ControlMessage.RelayRecord;
import io.mnedc.codec.ControlMessage.Relays;
import io.mnedc.codec.Protocol;
import io.mnedc.device.dial.Target;
import io.mnedc.device.settings.DeviceSettings;
import io.mnedc.device.settings.RelayAddress;
import io.mnedc.files.PrivateFiles;
import io.mnedc.transport.Scheduler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The relays of the overlay, as a relay has told them, and what this device has found out about each. They are in the file {@value #FILE}
 * of the data directory, so that the device finds its overlay after a restart, too, when all configured relays are gone. They are hints:
 * each must prove itself. Without security nobody can, so then they are neither used nor kept. On the control loop.
 */
public final class RelayDirectory {
    /** The file's name. */
    static final String FILE = "overlay-relays";

    /** A relay may tell others again and again; the disk is spared. */
    static final Duration WRITES_APART = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(RelayDirectory.class);
    private static final String HEAD = "mnedc-relays-1";
    private static final int MOST_LINE = 128 + (Protocol.MAX_ADDRESSES + 1) * (Protocol.MAX_ADDRESS + 1);
    private static final int MOST = HEAD.length() + 1 + Protocol.MAX_RELAYS * MOST_LINE;

    /** So slow is no path, but one on which the first request to connect was lost. */
    private static final Duration LOST = Duration.ofSeconds(1);

    private final Scheduler loop;
    private final Executor files;
    private final Supplier<DeviceSettings> settings;
    private final Map<String, KnownRelay> relays = new LinkedHashMap<>();

    /** Times to connect, by where; they count once the relay there has said which one it is. */
    private final Map<String, Long> roundTrips = new HashMap<>();

    private String written = "";
    private boolean recalled;
    private boolean resting;
    private boolean dirty;

    /**
     * Nothing is read yet.
     *
     * @param loop the control loop
     * @param files what writes to the disk is run by it, in turn
     */
    public RelayDirectory(Scheduler loop, Executor files, Supplier<DeviceSettings> settings) {
        this.loop = loop;
        this.files = files;
        this.settings = settings;
    }

    private @Nullable Path directory() {
        DeviceSettings now = settings.get();
        return now.security().tls() ? now.network().directory() : null;
    }

    /** {@return whether the settings give the relays and their order} */
    public boolean isOrdered() {
        return !settings.get().relays().isEmpty();
    }

    /** {@return the relays of the overlay, in the order in which this device is to try them} */
    public List<KnownRelay> inOrder() {
        recall();
        return settings.get().security().tls()
                ? RelayChoice.order(settings.get().deviceId(), relays.values())
                : List.of();
    }

    /** {@return how many relays are known} */
    public int count() {
        recall();
        return settings.get().security().tls() ? relays.size() : 0;
    }

    /** {@return which relay of the overlay this is; empty if that is not known} */
    public String idOf(RelayAddress relay) {
        recall();
        if (relay.isTold()) {
            return relay.host();
        }
        String text = relay.toString();
        return relays.values().stream()
                .filter(known -> known.dialled().contains(text))
                .findFirst()
                .map(KnownRelay::relayId)
                .orElse("");
    }

    /** {@return a relay by its ID} */
    public Optional<KnownRelay> find(String relayId) {
        recall();
        return Optional.ofNullable(relays.get(relayId));
    }

    /** {@return whether this relay wants no further device} */
    public boolean isFull(String relayId) {
        return find(relayId).filter(KnownRelay::isFull).isPresent();
    }

    /** {@return where a relay is to be dialled that was told, the address that has worked first} */
    public List<RelayFinder.Found> hosts(RelayAddress told) {
        return find(told.host()).stream()
                .flatMap(relay -> relay.dialled().stream())
                .map(RelayAddress::host)
                .map(host -> new RelayFinder.Found(host.host(), host.port()))
                .toList();
    }

    /** A connection was made within this time. */
    public void connected(Target target, Duration took) {
        if (took.compareTo(LOST) < 0) {
            String where = target.place().hostPort();
            if (roundTrips.size() >= Protocol.MAX_RELAYS && !roundTrips.containsKey(where)) {
                roundTrips.clear();
            }
            roundTrips.put(where, took.toNanos() / 1000);
        }
    }

    /**
     * A relay tells all relays, itself first.
     *
     * @param target where the device is registered at it
     * @return whether these are the first ones that this device knows
     */
    public boolean told(Target target, Relays told) {
        if (!settings.get().security().tls() || told.relays().isEmpty()) {
            return false;
        }
        recall();
        boolean first = relays.isEmpty();
        Map<String, KnownRelay> before = Map.copyOf(relays);
        relays.clear();
        String own = told.relays().get(0).relayId();
        String here = target.place().hostPort();
        for (RelayRecord record : told.relays()) {
            KnownRelay now = known(record, before.get(record.relayId()));
            boolean isHere = record.relayId().equals(own);
            // an address is one relay's: the one that is there now
            String reached = isHere ? here : now.reached().equals(here) ? "" : now.reached();
            Long measured = isHere ? roundTrips.get(here) : null;
            relays.put(record.relayId(), now.with(measured == null ? now.roundTrip() : measured, reached));
        }
        if (!kept().equals(written)) {
            write();
        }
        return first;
    }

    private static KnownRelay known(RelayRecord record, @Nullable KnownRelay before) {
        return new KnownRelay(
                record.relayId(),
                record.load(),
                before == null ? KnownRelay.UNKNOWN : before.roundTrip(),
                before == null ? "" : before.reached(),
                KnownRelay.usable(record.addresses()));
    }

    /** {@return what is worth a write: load and round trip alone are not} */
    private String kept() {
        StringBuilder text = new StringBuilder();
        relays.values()
                .forEach(relay -> text.append(new KnownRelay(
                                        relay.relayId(), 0, KnownRelay.UNKNOWN, relay.reached(), relay.addresses())
                                .line())
                        .append('\n'));
        return text.toString();
    }

    /** This device has joined again: it may be another overlay. */
    public void forget() {
        relays.clear();
        roundTrips.clear();
        recalled = true;
        written = "";
        dirty = false;
        Path directory = directory();
        if (directory != null) {
            Path file = directory.resolve(FILE);
            files.execute(() -> {
                try {
                    PrivateFiles.delete(file);
                } catch (IOException e) {
                    LOG.warn("{} cannot be deleted: {}", file, PlainText.of(e));
                }
            });
        }
    }

    private void write() {
        if (resting) {
            dirty = true;
            return;
        }
        dirty = false;
        Path directory = directory();
        if (directory == null) {
            return;
        }
        written = kept();
        StringBuilder text = new StringBuilder(HEAD).append('\n');
        relays.values().forEach(relay -> text.append(relay.line()).append('\n'));
        byte[] content = text.toString().getBytes(StandardCharsets.US_ASCII);
        resting = true;
        loop.schedule(WRITES_APART, this::rested);
        files.execute(() -> {
            try {
                PrivateFiles.directory(directory);
                PrivateFiles.write(directory.resolve(FILE), content);
            } catch (IOException e) {
                LOG.info(
                        "The relays of the overlay cannot be written to {}, so after a restart only those of the"
                                + " settings are tried: {}",
                        directory.resolve(FILE),
                        PlainText.of(e));
            }
        });
    }

    private void rested() {
        resting = false;
        if (dirty && !kept().equals(written)) {
            write();
        }
    }

    private void recall() {
        Path directory = directory();
        if (recalled || directory == null) {
            return;
        }
        recalled = true;
        Path file = directory.resolve(FILE);
        try {
            read(new String(PrivateFiles.read(file, MOST), StandardCharsets.US_ASCII));
            written = kept();
        } catch (NoSuchFileException e) {
            LOG.debug("no relays were told yet", e);
        } catch (IOException | IllegalArgumentException e) {
            relays.clear();
            // what the next relay tells replaces it
            LOG.info("The relays of the overlay cannot be read from {}: {}", file, PlainText.of(e));
        }
    }

    private void read(String text) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        if (lines.isEmpty() || !lines.remove(0).equals(HEAD) || lines.size() > Protocol.MAX_RELAYS) {
            throw new IllegalArgumentException("it does not begin with " + HEAD + ", or has too many lines");
        }
        for (String line : lines) {
            KnownRelay relay = KnownRelay.parse(line);
            relays.put(relay.relayId(), relay);
        }
    }
}
