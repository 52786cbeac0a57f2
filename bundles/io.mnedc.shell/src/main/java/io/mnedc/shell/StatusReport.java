package io.mnedc.shell;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.device.RelayTry;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.text.PlainText;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Relay and device as people want to see them. */
final class StatusReport {
    private static final String NL = System.lineSeparator();
    private static final String INDENT = "  ";
    private static final int FULL = 1000;

    private StatusReport() {}

    static String relay(RelayStatus.Snapshot relay, Optional<Instant> expires, Instant now) {
        var text = new StringBuilder("Relay").append(NL);
        field(text, "listening", relay.listening().isEmpty() ? "-" : String.join(", ", relay.listening()));
        field(text, "pool", relay.pool().isEmpty() ? "none yet: io.mnedc.address is not enabled" : relay.pool());
        field(text, "security", relay.security());
        expires.ifPresent(end -> certificate(text, end, now));
        field(text, "since", since(relay.since(), now));
        field(text, "devices", String.valueOf(relay.sessions().size()));
        warnings(text, relay.security());
        if (!relay.sessions().isEmpty()) {
            text.append(NL).append(sessions(relay.sessions(), now));
        }
        return text.append(counters(relay.counters())).toString();
    }

    /** {@return which relay it is among those of the overlay; empty if it is alone} */
    static String overlay(String relayId, int known) {
        return known == 0 ? "" : Text.orDash(PlainText.of(relayId)) + ", one of " + known;
    }

    /** A line for each relay of the overlay. */
    static String relays(List<RelayStatus.OverlayRelay> relays) {
        if (relays.isEmpty()) {
            return "This relay is alone.";
        }
        var table = new Table("RELAY", "LINK", "DEVICES", "LOAD", "SOFTWARE", "ADDRESSES", "PROBLEM");
        for (RelayStatus.OverlayRelay each : relays) {
            table.row(
                    each.relayId(),
                    each.self() ? "this one" : !each.connected() ? "down" : each.framesFlow() ? "up" : "no frames",
                    each.devices(),
                    each.load() >= FULL ? "drained" : String.valueOf(each.load()),
                    Text.orDash(each.software()),
                    Text.orDash(String.join(" ", each.addresses())),
                    Text.orDash(each.problem()));
        }
        return table.render("");
    }

    static String device(DeviceStatus.Snapshot device, String overlay, String name, List<RelayTry> tries, Instant now) {
        var text = new StringBuilder("Device ")
                .append(PlainText.of(device.deviceId()))
                .append(NL);
        field(text, "state", device.state() + " since " + since(device.since(), now));
        device.problem().ifPresent(problem -> field(text, "problem", problem));
        field(text, "relay", Text.orDash(device.relay()));
        if (!overlay.isEmpty()) {
            field(text, "relay ID", overlay);
        }
        if (device.relays().size() > 1) {
            field(text, "relays", String.join(", ", device.relays()));
        }
        field(text, "addresses", Text.orDash(String.join(", ", device.addresses())));
        field(text, "name", Text.orDash(PlainText.of(name)));
        field(text, "tun", Text.orDash(device.tun()));
        device.multicast().ifPresent(multicast -> multicast(text, multicast));
        field(text, "security", device.security());
        device.certificate().ifPresent(certificate -> {
            certificate(text, certificate.expires(), now);
            certificate.trusted().forEach(fingerprint -> field(text, "trusted CA", fingerprint));
        });
        warnings(text, device.security());
        return text.append(tries(tries, now))
                .append(counters(device.counters()))
                .toString();
    }

    private static String tries(List<RelayTry> tries, Instant now) {
        if (tries.isEmpty()) {
            return "";
        }
        var table = new Table("TRIED", "FOUND BY", "ADDRESS", "OUTCOME", "TOOK", "AGO", "WHY");
        for (RelayTry each : tries) {
            table.row(
                    each.relay(),
                    word(each.source()),
                    Text.orDash(each.address()),
                    word(each.outcome()),
                    each.outcome() == RelayTry.Outcome.TRYING
                            ? "-"
                            : each.took().toMillis() + " ms",
                    Text.age(Duration.between(each.begun(), now)),
                    Text.orDash(each.detail()));
        }
        return NL + table.render(INDENT);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static void multicast(StringBuilder text, DeviceStatus.Multicast multicast) {
        field(
                text,
                "multicast",
                multicast.mode() + ", groups " + Text.orDash(String.join(" ", multicast.groups()))
                        + ", other devices that listen: " + multicast.listeners());
    }

    private static void certificate(StringBuilder text, Instant expires, Instant now) {
        Duration left = Duration.between(now, expires);
        field(
                text,
                "certificate",
                "good until " + Text.time(expires) + (left.isNegative() ? " (EXPIRED)" : " (" + Text.age(left) + ")"));
    }

    private static String sessions(List<RelayStatus.Session> sessions, Instant now) {
        var table =
                new Table("DEVICE", "NODE", "ADDRESSES", "FROM", "SOFTWARE", "DATA", "SINCE", "IN", "OUT", "DROPPED");
        for (RelayStatus.Session session : sessions) {
            table.row(
                    session.deviceId(),
                    session.node(),
                    session.addresses().stream().map(Text::address).collect(Collectors.joining(" ")),
                    session.remote(),
                    session.software(),
                    session.dataBound() ? "yes" : "no",
                    Text.age(Duration.between(session.since(), now)),
                    Text.bytes(session.bytesIn()),
                    Text.bytes(session.bytesOut()),
                    session.dropped());
        }
        return table.render(INDENT);
    }

    private static String counters(Map<String, Long> counters) {
        if (counters.isEmpty()) {
            return "";
        }
        var table = new Table("COUNTER", "VALUE");
        new TreeMap<>(counters).forEach(table::row);
        return NL + table.render(INDENT);
    }

    private static void field(StringBuilder text, String name, String value) {
        text.append(INDENT)
                .append(name)
                .append(" ".repeat(12 - name.length()))
                .append(PlainText.of(value))
                .append(NL);
    }

    private static void warnings(StringBuilder text, String security) {
        if (security.equals("none")) {
            text.append(INDENT)
                    .append("WARNING: security=none: nothing is encrypted and nobody proves who he is;")
                    .append(" use it only where every host in between is trusted")
                    .append(NL);
        }
    }

    private static String since(Instant since, Instant now) {
        return Text.time(since) + " (" + Text.age(Duration.between(since, now)) + ")";
    }
}
