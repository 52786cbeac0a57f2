package io.mnedc.device.dial;

import io.mnedc.device.settings.RelayAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tests of races in a time that the test moves: what happens, and when, does not depend on the machine. */
abstract class InSimulatedTime {
    static final RelayAddress ONE = new RelayAddress("one.example", 3334);
    static final RelayAddress TWO = new RelayAddress("two.example", 3334);
    static final RelayAddress SRV = RelayAddress.parse("srv:example.org");
    static final RelayAddress LAN = RelayAddress.parse("lan");

    /** Hosts that SRV records name. */
    static final RelayAddress A = new RelayAddress("a.example", 3334);

    static final RelayAddress B = new RelayAddress("b.example", 3334);

    final SimulatedNetwork network = new SimulatedNetwork();
    final List<String> events = new ArrayList<>();
    final Map<RelayAddress, Target> good = new HashMap<>();
    final Tries tries = new Tries();

    RelayRace race(RelayAddress... relays) {
        return race(network, relays);
    }

    RelayRace race(RaceTrack track, RelayAddress... relays) {
        RelayRace race = new RelayRace(track, List.of(relays), good, tries, new RecordedEvents());
        race.resume();
        return race;
    }

    private final class RecordedEvents implements RelayRace.Events {
        @Override
        public void trying(RelayAddress relay) {
            events.add("trying " + relay);
        }

        @Override
        public void failed(RelayAddress relay, String why, boolean lasting) {
            events.add("failed " + relay + (lasting ? " lasting" : "") + ": " + why);
        }

        @Override
        public void won(Target target, Connection connection) {
            events.add("won " + SimulatedNetwork.name(target));
        }

        @Override
        public void exhausted() {
            events.add("exhausted");
        }
    }
}
