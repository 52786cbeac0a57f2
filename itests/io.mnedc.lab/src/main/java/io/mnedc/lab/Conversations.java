package io.mnedc.lab;

import io.mnedc.lab.tool.Transfer;
import io.mnedc.lab.tool.UdpSizes;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What devices do with each other in tests, checked. */
public final class Conversations {
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** One device and another. */
    public record Pair(DeviceProcess from, DeviceProcess to) {
        @Override
        public String toString() {
            return from.name() + " to " + to.name();
        }
    }

    private Conversations() {}

    /** Every device with every other, in both directions. */
    public static List<Pair> pairs(List<DeviceProcess> devices) {
        return devices.stream()
                .flatMap(from -> devices.stream().filter(to -> to != from).map(to -> new Pair(from, to)))
                .toList();
    }

    /** Until the first ping is answered, with which the two may have made keys for each other. */
    public static void awaitReached(DeviceProcess from, DeviceProcess to) {
        await(
                from.name() + " reaches " + to.name(),
                BOUND,
                () -> from.host().exec("ping", "-n", "-c1", "-W1", to.ipv4()).succeeded());
    }

    /**
     * Three pings with this payload between devices that have met. One by one: behind several, ping waits for the last for
     * two round trips only. On a machine so busy that a queue is not served for its 100 ms one may be lost, not most.
     */
    public static void ping(DeviceProcess from, String address, int size) {
        int answered = 0;
        int sent = 0;
        for (; answered < 3 && sent < 5; sent++) {
            CommandResult result = from.host().exec("ping", "-n", "-c1", "-W5", "-s", Integer.toString(size), address);
            answered += result.output().contains("1 received") ? 1 : 0;
        }
        if (answered != 3) {
            throw new LabException("%s pings %s with %d bytes: %d answered of %d"
                    .formatted(from.name(), address, size, answered, sent));
        }
    }

    /** Sends content and fetches other content; both ends compare the hashes. */
    public static void transfer(DeviceProcess from, String address, long bytes) {
        for (String direction : List.of("up", "down")) {
            String[] command =
                    JavaTool.command(Transfer.class, direction, address, Long.toString(bytes), Long.toString(bytes));
            expect(from, "same " + bytes + " bytes", command);
        }
    }

    /** A datagram of every size, there and back. */
    public static void datagrams(DeviceProcess from, String address, int smallest, int largest) {
        String[] command =
                JavaTool.command(UdpSizes.class, address, Integer.toString(smallest), Integer.toString(largest));
        expect(from, "same " + smallest + ".." + largest + " bytes", command);
    }

    private static void expect(DeviceProcess from, String line, String... command) {
        String printed = from.host().exec(BOUND, command).output();
        if (!printed.contains(line)) {
            throw new LabException(
                    "no \"%s\" on %s from %s:%n%s".formatted(line, from.name(), String.join(" ", command), printed));
        }
    }

    /** Waits until a condition holds. */
    public static void await(String what, Duration bound, BooleanSupplier condition) {
        Waits.until(what, bound, condition);
    }
}
