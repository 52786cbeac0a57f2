package io.mnedc.shell;

import io.mnedc.api.peer.OfferedService;
import io.mnedc.api.peer.OrchestrationInfo;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.text.PlainText;
import java.util.List;
import java.util.stream.Collectors;

/** The peers, and what this device tells them, as people want to see it. */
final class PeerReport {
    private static final String NL = System.lineSeparator();

    private PeerReport() {}

    static String of(PeerDirectory directory) {
        List<Peer> peers = directory.peers();
        var text = new StringBuilder();
        if (peers.isEmpty()) {
            text.append("No peers.").append(NL);
        } else {
            var table = new Table("DEVICE", "NODE", "IPV4", "IPV6", "SOFTWARE", "PLATFORM", "TYPE", "SERVICES");
            for (Peer peer : peers) {
                OrchestrationInfo info = peer.info();
                table.row(
                        peer.deviceId(),
                        peer.node(),
                        peer.ipv4().getHostAddress(),
                        Text.address(peer.ipv6().getHostAddress()),
                        Text.orDash(peer.software()),
                        Text.orDash(info.platform()),
                        Text.orDash(info.executionType()),
                        services(info));
            }
            text.append(table.render(""));
        }
        OrchestrationInfo own = directory.own();
        return text.append("This device tells: platform ")
                .append(PlainText.of(Text.orDash(own.platform())))
                .append(", type ")
                .append(PlainText.of(Text.orDash(own.executionType())))
                .append(", services ")
                .append(PlainText.of(services(own)))
                .append(NL)
                .toString();
    }

    private static String services(OrchestrationInfo info) {
        return Text.orDash(info.services().stream().map(PeerReport::service).collect(Collectors.joining(" ")));
    }

    private static String service(OfferedService service) {
        if (service.port() != 0) {
            return service.name() + ":" + service.protocol() + ":" + service.port();
        }
        return service.protocol().isEmpty() ? service.name() : service.name() + ":" + service.protocol();
    }
}
