package io.mnedc.codec.session;

import static io.mnedc.codec.session.SessionFixtures.FATAL;
import static io.mnedc.codec.session.SessionFixtures.HANDSHAKE;
import static io.mnedc.codec.session.SessionFixtures.HELLO;
import static io.mnedc.codec.session.SessionFixtures.KEEPALIVE;
import static io.mnedc.codec.session.SessionFixtures.NOW;
import static io.mnedc.codec.session.SessionFixtures.ONE_OF_EACH;
import static io.mnedc.codec.session.SessionFixtures.WELCOME;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.codec.ControlMessage;
import io.mnedc.codec.ControlMessage.ErrorReport;
import io.mnedc.codec.ErrorCode;
import io.mnedc.codec.Protocol;
import io.mnedc.codec.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Every sequence of events up to a length, on fresh state machines: no event is without a defined result. */
class SessionModelTest {
    private static final int LENGTH = 4;

    /** One thing that happens to a session at a time. */
    private record Event<S>(String name, long takes, BiFunction<S, Long, List<Effect>> happens) {}

    /** What the checks need to know of a session. */
    private record Seen(String name, boolean closed, boolean registered) {}

    @Test
    void relaySessionHasADefinedResultForEveryEventInEveryState() {
        List<Event<RelaySession>> events = new ArrayList<>();
        ONE_OF_EACH.forEach(message -> events.add(new Event<>(name(message), 1, (s, now) -> s.received(message, now))));
        events.add(new Event<>("leased", 1, (s, now) -> s.leased(WELCOME, now)));
        events.add(new Event<>("refused", 1, (s, now) -> s.refused(FATAL)));
        events.add(new Event<>("broken", 1, (s, now) -> s.broken(broken())));
        events.add(new Event<>("tick", KEEPALIVE, RelaySession::tick));
        events.add(new Event<>("late tick", HANDSHAKE + KEEPALIVE, RelaySession::tick));
        explore(
                events,
                () -> new RelaySession(Protocol.SECURITY_NONE, HANDSHAKE, KEEPALIVE, NOW),
                s -> new Seen(
                        s.state().name(),
                        s.state() == RelaySession.State.CLOSED,
                        s.state() == RelaySession.State.REGISTERED));
    }

    @Test
    void deviceSessionHasADefinedResultForEveryEventInEveryState() {
        List<Event<DeviceSession>> events = new ArrayList<>();
        ONE_OF_EACH.forEach(message -> events.add(new Event<>(name(message), 1, (s, now) -> s.received(message, now))));
        events.add(new Event<>("start", 1, (s, now) -> s.start()));
        events.add(new Event<>("leave", 1, (s, now) -> s.leave("enough")));
        events.add(new Event<>("broken", 1, (s, now) -> s.broken(broken())));
        events.add(new Event<>("tick", KEEPALIVE, DeviceSession::tick));
        events.add(new Event<>("late tick", HANDSHAKE + KEEPALIVE, DeviceSession::tick));
        explore(
                events,
                () -> new DeviceSession(HELLO, HANDSHAKE, NOW),
                s -> new Seen(
                        s.state().name(),
                        s.state() == DeviceSession.State.CLOSED,
                        s.state() == DeviceSession.State.REGISTERED));
    }

    private static String name(ControlMessage message) {
        return message.getClass().getSimpleName();
    }

    private static ProtocolException broken() {
        return new ProtocolException(ErrorCode.TOO_LARGE, "too large");
    }

    private static <S> void explore(
            List<Event<S>> events, java.util.function.Supplier<S> fresh, java.util.function.Function<S, Seen> look) {
        int[] sequence = new int[LENGTH];
        long runs = (long) Math.pow(events.size(), LENGTH);
        for (long run = 0; run < runs; run++) {
            long rest = run;
            for (int i = 0; i < LENGTH; i++) {
                sequence[i] = (int) (rest % events.size());
                rest /= events.size();
            }
            walk(events, sequence, fresh.get(), look);
        }
    }

    private static <S> void walk(
            List<Event<S>> events, int[] sequence, S session, java.util.function.Function<S, Seen> look) {
        StringBuilder trace = new StringBuilder();
        long now = NOW;
        int leases = 0;
        int closes = 0;
        for (int index : sequence) {
            Event<S> event = events.get(index);
            Seen before = look.apply(session);
            now += event.takes;
            List<Effect> effects = event.happens.apply(session, now);
            Seen after = look.apply(session);
            trace.append(before.name).append(" -").append(event.name).append("-> ");
            for (Effect effect : effects) {
                leases += effect instanceof Effect.Lease ? 1 : 0;
                closes += effect instanceof Effect.Close ? 1 : 0;
            }
            String broken = brokenRule(before, after, effects);
            if (!broken.isEmpty() || leases > 1 || closes != (after.closed ? 1 : 0)) {
                throw new AssertionError(trace + after.name() + ": " + effects + " " + broken);
            }
        }
        assertThat(trace).isNotEmpty();
    }

    private static String brokenRule(Seen before, Seen after, List<Effect> effects) {
        if (before.closed && (!after.closed || !effects.isEmpty())) {
            return "a closed session came back to life";
        }
        if (before.registered && !after.registered && !after.closed) {
            return "a registered session can only be closed";
        }
        for (int i = 0; i < effects.size(); i++) {
            Effect effect = effects.get(i);
            boolean needsRegistration = effect instanceof Effect.Published
                    || effect instanceof Effect.Forward
                    || effect instanceof Effect.Snapshot
                    || effect instanceof Effect.Changes;
            if (needsRegistration && !before.registered) {
                return "only a registered session may do this";
            }
            if (effect instanceof Effect.Close && i != effects.size() - 1) {
                return "something is to be done after closing";
            }
            boolean fatal = effect instanceof Effect.Send send
                    && send.message() instanceof ErrorReport report
                    && report.fatal();
            if (fatal && !after.closed) {
                return "a fatal report does not close";
            }
        }
        return "";
    }
}
