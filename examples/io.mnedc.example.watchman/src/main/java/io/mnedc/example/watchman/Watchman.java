package io.mnedc.example.watchman;

import io.mnedc.api.peer.NameService;
import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerListener;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URL;
import java.net.URLConnection;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches a picture of each camera that joins the overlay. */
@Component(property = PeerListener.FILTER + "=(service=camera)")
public final class Watchman implements PeerListener {
    private static final Logger LOG = LoggerFactory.getLogger(Watchman.class);

    private final NameService names;

    @Activate
    public Watchman(@Reference NameService names) {
        this.names = names;
    }

    @Override
    public void joined(Peer peer) {
        peer.info().services().stream()
                .filter(service -> service.name().equals("camera"))
                .forEach(camera -> look(peer.name() + "." + names.zone(), camera));
    }

    @Override
    public void left(Peer peer) {
        LOG.info("{}.{} has left", peer.name(), names.zone());
    }

    private void look(String name, OfferedService camera) {
        String path = camera.attributes().getOrDefault("path", "/");
        try {
            InetAddress address = names.lookup(name).get(0);
            URLConnection connection = new URL("http", address.getHostAddress(), camera.port(), path).openConnection();
            connection.setConnectTimeout(10_000);
            connection.setReadTimeout(10_000);
            try (InputStream picture = connection.getInputStream()) {
                LOG.info("http://{}:{}{}: {} bytes", name, camera.port(), path, picture.readAllBytes().length);
            }
        } catch (IOException e) {
            LOG.warn("{} does not answer: {}", name, e.toString());
        }
    }
}
