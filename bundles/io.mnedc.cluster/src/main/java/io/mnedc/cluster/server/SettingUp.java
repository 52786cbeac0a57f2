package io.mnedc.cluster.server;

import io.mnedc.cluster.join.JoinException;
import io.mnedc.cluster.join.Joined;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.OverlayAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Finds the place of this relay: what its files say, or at the very first start a new overlay, or one that it joins. */
final class SettingUp {
    private static final Duration LIFE_OF_DEVICES = Duration.ofDays(365);
    /** In the relay's directory: it has had a server of an ensemble. */
    private static final String MARKER = "ensemble-begun";

    private static final int LARGEST_NAME = 256;

    private final ServerSettings settings;
    private final EnsembleFiles files;
    private final Joiner joiner;
    private final InstantSource clock;

    SettingUp(ServerSettings settings, EnsembleFiles files, Joiner joiner, InstantSource clock) {
        this.settings = settings;
        this.files = files;
        this.joiner = joiner;
        this.clock = clock;
    }

    /**
     * Does it. A crash on the way does no harm: it is done again.
     *
     * @throws IOException if it cannot be done; the message has the cure
     * @throws JoinException if the token is not taken
     */
    Place make() throws IOException, GeneralSecurityException, JoinException {
        PrivateFiles.directory(settings.directory());
        if (!files.exist()) {
            if (settings.join().isEmpty()) {
                found();
            } else {
                join();
            }
        }
        mark();
        // this opens the identity only: it never enrols anybody
        OverlayAuthority authority = OverlayAuthority.open(settings.identity(), LIFE_OF_DEVICES, clock);
        String overlay = new String(PrivateFiles.read(overlayFile(), LARGEST_NAME), StandardCharsets.US_ASCII).strip();
        ServerEntry own = ServerEntry.of(files.number(), settings.member(), false);
        return new Place(authority, new RemovedRelays(settings.directory()), own, overlay);
    }

    /** The relay's directory knows it, too: if that of the server is lost, nothing begins in its place. */
    private void mark() throws IOException {
        Path marker = settings.identity().resolve(MARKER);
        if (!Files.exists(marker)) {
            PrivateFiles.directory(settings.identity());
            PrivateFiles.write(marker, new byte[0]);
        }
    }

    private Path overlayFile() {
        return settings.directory().resolve("overlay");
    }

    private void found() throws IOException {
        Path identity = settings.identity();
        boolean joined =
                Files.exists(identity.resolve("relay.crt.pem")) && !Files.exists(identity.resolve("ca.key.pem"));
        if (joined || Files.exists(identity.resolve(MARKER))) {
            // two overlays with one CA would lease the same addresses
            throw new IOException("this relay has been in an overlay of several relays, and its server is not in "
                    + settings.directory()
                    + ": put that directory back, from a backup if need be, or set join.token to a"
                    + " new token of the overlay. Only if no other relay of it is left, and all that they shared may be"
                    + " lost, remove " + identity.resolve(MARKER) + " to begin it anew with its CA key");
        }
        create(settings.overlay(), 1, List.of(ServerEntry.of(1, settings.member(), true)));
    }

    private void join() throws IOException, JoinException {
        Joined joined = joiner.join(JoinToken.parse(settings.join()), settings.identity());
        if (!joined.external().isEmpty()) {
            throw new IOException("the relays of the overlay " + joined.overlay()
                    + " use an ensemble of their own. This relay has its certificate now; set ensemble = "
                    + joined.external() + " and overlay = " + joined.overlay() + ", and clear member and join.token");
        }
        List<ServerEntry> servers;
        try {
            servers = new ArrayList<>(ServerEntry.all(joined.servers()));
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the relay of the join token tells a list of servers that cannot be: " + e.getMessage(), e);
        }
        servers.removeIf(each -> each.number() == joined.number());
        if (servers.stream().noneMatch(ServerEntry::voter)) {
            throw new IOException("the overlay " + joined.overlay()
                    + " has no server that votes; is the relay of the join token started with member set?");
        }
        // if it began as one that only learns, it could not be the second one that votes; it has no vote before the
        // others agree
        servers.add(ServerEntry.of(joined.number(), settings.member(), true));
        create(joined.overlay(), joined.number(), servers);
    }

    private void create(String overlay, int number, List<ServerEntry> servers) throws IOException {
        PrivateFiles.write(overlayFile(), (overlay + "\n").getBytes(StandardCharsets.US_ASCII));
        files.create(number, servers);
    }
}
