package io.mnedc.health;

import io.mnedc.api.device.DeviceStatus;
import io.mnedc.api.notice.Notice;
import io.mnedc.api.relay.RelayStatus;
import io.mnedc.api.text.PlainText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.jspecify.annotations.Nullable;

/** How good or bad what a relay or a device tells is. */
final class Verdict {
    /** Certificates are renewed at half of their life, which is a year if nobody changes it. */
    private static final Duration SOON = Duration.ofDays(14);

    private final List<Map.Entry<Status, String>> findings = new ArrayList<>();

    private Verdict() {}

    static Result onRelay(@Nullable RelayStatus relay, Instant now) {
        return onRelay(relay, List.of(), now);
    }

    static Result onRelay(@Nullable RelayStatus relay, List<Notice> notices, Instant now) {
        Verdict verdict = new Verdict();
        notices.forEach(notice -> verdict.add(Status.WARN, notice.pid() + ": " + notice.text()));
        if (relay == null) {
            verdict.add(Status.CRITICAL, "The relay is enabled but does not run: the log tells why");
            return verdict.result();
        }
        RelayStatus.Snapshot look = relay.snapshot();
        verdict.add(
                Status.OK,
                "Listening on " + String.join(", ", look.listening()) + ", "
                        + look.sessions().size() + " devices");
        if (look.pool().isEmpty()) {
            verdict.add(Status.CRITICAL, "No addresses are leased: enable io.mnedc.address, or see the log");
        }
        verdict.security(look.security());
        verdict.certificate(relay.certificateExpires(), now);
        return verdict.result();
    }

    static Result onDevice(@Nullable DeviceStatus device, Instant now) {
        return onDevice(device, List.of(), now);
    }

    static Result onDevice(@Nullable DeviceStatus device, List<Notice> notices, Instant now) {
        Verdict verdict = new Verdict();
        notices.forEach(notice -> verdict.add(Status.WARN, notice.pid() + ": " + notice.text()));
        if (device == null) {
            verdict.add(Status.CRITICAL, "The device is enabled but does not run: the log tells why");
            return verdict.result();
        }
        DeviceStatus.Snapshot look = device.snapshot();
        Status state = switch (look.state()) {
            case READY -> Status.OK;
            case CONNECTING, REGISTERED -> Status.TEMPORARILY_UNAVAILABLE;
            case FAILED -> Status.CRITICAL;
        };
        verdict.add(
                state,
                look.state() + ", relay " + (look.relay().isEmpty() ? "-" : look.relay()) + ", addresses "
                        + (look.addresses().isEmpty() ? "-" : String.join(", ", look.addresses())));
        // while packets flow it is a word of warning
        look.problem().ifPresent(problem -> verdict.add(state == Status.OK ? Status.WARN : state, problem));
        verdict.security(look.security());
        verdict.certificate(look.certificate().map(DeviceStatus.Certificate::expires), now);
        return verdict.result();
    }

    private void security(String security) {
        if (security.equals("none")) {
            add(Status.WARN, "security = none: nothing is encrypted and nobody proves who he is");
        }
    }

    private void certificate(Optional<Instant> expires, Instant now) {
        expires.ifPresent(end -> {
            if (!now.isBefore(end)) {
                add(Status.CRITICAL, "The certificate has expired at " + end);
            } else if (Duration.between(now, end).compareTo(SOON) < 0) {
                add(Status.WARN, "The certificate expires at " + end + " and has not been renewed");
            }
        });
    }

    private void add(Status status, String text) {
        findings.add(Map.entry(status, PlainText.of(text)));
    }

    private Result result() {
        Status worst = findings.stream()
                .map(Map.Entry::getKey)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return new Result(
                worst,
                String.join("; ", findings.stream().map(Map.Entry::getValue).toList()));
    }
}
