package io.mnedc.itests.nat;

import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.lab.CommandResult;
import io.mnedc.lab.DeviceProcess;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabException;
import io.mnedc.lab.tool.Transfer;
import io.mnedc.lab.tool.UdpSizes;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** What devices do with each other in these tests, checked. */
final class Conversations {
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** One device and another. */
    record Pair(DeviceProcess from, DeviceProcess to) {
        @Override
        public String toString() {
            return from.name() + " to " + to.name();
        }
    }

    private Conversations() {}

    /** Every device with every other, in both directions. */
    static List<Pair> pairs(List<DeviceProcess> devices) {
        return devices.stream()
                .flatMap(from -> devices.stream().filter(to -> to != from).map(to -> new Pair(from, to)))
                .toList();
    }

    /** Until the first ping is answered, with which the two may have made keys for each other. */
    static void awaitReached(DeviceProcess from, DeviceProcess to) {
        await(
                from.name() + " reaches " + to.name(),
                BOUND,
                () -> from.host().exec("ping", "-n", "-c1", "-W1", to.ipv4()).succeeded());
    }

    /**
     * Three pings with this payload between devices that have met. One by one: behind several, ping waits for the last for
     * two round trips only. On a machine so busy that a queue is not served for its 100 ms one may be lost, not most.
     */
    static void ping(DeviceProcess from, String address, int size) {
        int answered = 0;
        int sent = 0;
        for (; answered < 3 && sent < 5; sent++) {
            CommandResult result = from.host().exec("ping", "-n", "-c1", "-W5", "-s", Integer.toString(size), address);
            answered += result.output().contains("1 received") ? 1 : 0;
        }
        assertThat(answered)
                .as("%s pings %s with %d bytes: answered of %d", from.name(), address, size, sent)
                .isEqualTo(3);
    }

    /** Sends content and fetches other content; both ends compare the hashes. */
    static void transfer(DeviceProcess from, String address, long bytes) {
        for (String direction : List.of("up", "down")) {
            String[] command =
                    JavaTool.command(Transfer.class, direction, address, Long.toString(bytes), Long.toString(bytes));
            assertThat(from.host().exec(BOUND, command).output())
                    .as("%s, %s, %s", from.name(), direction, address)
                    .contains("same " + bytes + " bytes");
        }
    }

    /** A datagram of every size, there and back. */
    static void datagrams(DeviceProcess from, String address, int smallest, int largest) {
        String[] command =
                JavaTool.command(UdpSizes.class, address, Integer.toString(smallest), Integer.toString(largest));
        assertThat(from.host().exec(BOUND, command).output())
                .as("%s to %s", from.name(), address)
                .contains("same " + smallest + ".." + largest + " bytes");
    }

    /** Waits until a condition holds. */
    static void await(String what, Duration bound, BooleanSupplier condition) {
        long end = System.nanoTime() + bound.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new LabException("not within " + bound.toSeconds() + " s: " + what);
            }
            Thread.onSpinWait();
        }
    }
}
