package io.mnedc.kura;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.peer.Peer;
import io.mnedc.api.peer.PeerDirectory;
import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.text.PlainText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What there is to say about relay and device, in a few lines. */
final class StatusTexts {
    /** A page is for a look, not for a fleet. */
    static final int MOST_LINES = 50;

    private static final String NONE = "none";

    private StatusTexts() {}

    /** {@return texts by key, in the order in which they are shown} */
    static Map<String, String> of(
            @Nullable DeviceStatus device,
            @Nullable PeerDirectory peers,
            @Nullable RelayStatus relay,
            @Nullable RelayAdministration administration,
            List<Notice> notices) {
        Map<String, String> texts = new LinkedHashMap<>();
        DeviceStatus.Snapshot own = device == null ? null : device.snapshot();
        texts.put("device", own == null ? "no device runs here" : state(own));
        texts.put("addresses", own == null ? "" : listed(own.addresses()) + interfaceOf(own));
        texts.put("relay", own == null ? "" : own.relay());
        texts.put("peers", peers == null ? "" : lines(peers.peers(), StatusTexts::peer));
        texts.put("problem", problems(own, notices));
        RelayStatus.Snapshot here = relay == null ? null : relay.snapshot();
        texts.put(
                "relay.here",
                here == null
                        ? "no relay runs here"
                        : "listens on " + listed(here.listening()) + ", pool " + here.pool() + ", security "
                                + here.security());
        texts.put("relay.devices", here == null ? "" : lines(here.sessions(), StatusTexts::session));
        texts.put(
                "relay.token",
                administration == null ? "" : administration.requestedToken().orElse(NONE));
        // what devices and relays say stands in them
        texts.replaceAll((key, text) -> PlainText.lines(text));
        return texts;
    }

    private static String problems(DeviceStatus.@Nullable Snapshot own, List<Notice> notices) {
        List<String> lines = new ArrayList<>();
        notices.forEach(notice -> lines.add(notice.pid() + ": " + notice.text()));
        if (own != null) {
            own.problem().ifPresent(lines::add);
        }
        return lines.isEmpty() ? (own == null ? "" : NONE) : String.join("\n", lines);
    }

    private static String state(DeviceStatus.Snapshot own) {
        return own.deviceId() + ": " + own.state().name().toLowerCase(Locale.ROOT) + " since " + own.since();
    }

    private static String interfaceOf(DeviceStatus.Snapshot own) {
        return own.tun().isEmpty() ? "" : " on " + own.tun();
    }

    private static String listed(List<String> values) {
        return values.isEmpty() ? NONE : String.join(", ", values);
    }

    private static String peer(Peer peer) {
        return peer.deviceId() + " " + peer.ipv4().getHostAddress() + " "
                + peer.ipv6().getHostAddress();
    }

    private static String session(RelayStatus.Session session) {
        return session.deviceId() + " " + String.join(" ", session.addresses()) + " from " + session.remote();
    }

    private interface Line<T> {
        String of(T value);
    }

    private static <T> String lines(List<T> values, Line<T> line) {
        if (values.isEmpty()) {
            return NONE;
        }
        String text = values.stream()
                .map(line::of)
                .sorted(Comparator.naturalOrder())
                .limit(MOST_LINES)
                .collect(Collectors.joining("\n"));
        int more = values.size() - MOST_LINES;
        return more > 0 ? text + "\nand " + more + " more" : text;
    }
}
