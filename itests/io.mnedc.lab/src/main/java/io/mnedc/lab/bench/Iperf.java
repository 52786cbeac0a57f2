package io.mnedc.lab.bench;

import com.eclipsesource.json.Json;
import com.eclipsesource.json.JsonObject;
import com.eclipsesource.json.JsonValue;
import com.eclipsesource.json.ParseException;
import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** TCP transfers by iperf3. */
final class Iperf {
    private static final int TRIES = 5;

    /** What arrived, in all streams and both directions together. */
    record Transfer(double bytes, double bitsPerSecond) {}

    private Iperf() {}

    static void serve(Host host) {
        host.start("iperf3", "--server", "--forceflush")
                .awaitLog(Pattern.compile("Server listening"), Duration.ofSeconds(10));
    }

    /** One transfer. A server that is not done yet with the one before refuses; that is tried again. */
    static Transfer transfer(Host from, String address, int seconds, String... options) {
        for (int tries = 1; ; tries++) {
            JsonObject result = parse(
                    from.exec(Duration.ofSeconds(seconds + 30L), command(address, seconds, options))
                            .output(),
                    address);
            JsonValue error = result.get("error");
            if (error == null) {
                return transfer(result);
            }
            if (tries == TRIES) {
                throw new LabException("iperf3 to " + address + ": " + error.asString());
            }
            from.exec("sleep", "0.5");
        }
    }

    /** A transfer in the background. */
    static LabProcess start(Host from, String address, int seconds, String... options) {
        return from.start(command(address, seconds, options));
    }

    private static String[] command(String address, int seconds, String... options) {
        List<String> command = new ArrayList<>(List.of("iperf3", "--json", "--connect-timeout", "5000"));
        command.addAll(List.of("--time", Integer.toString(seconds), "--client", address));
        command.addAll(List.of(options));
        return command.toArray(String[]::new);
    }

    static JsonObject parse(String output, String address) {
        try {
            return Json.parse(output).asObject();
        } catch (ParseException e) {
            throw new LabException("iperf3 to " + address + " wrote no JSON: " + output, e);
        }
    }

    static Transfer transfer(JsonObject result) {
        double bytes = sums(result).stream()
                .mapToDouble(sum -> sum.get("bytes").asDouble())
                .sum();
        return new Transfer(
                bytes, directions(result).stream().mapToDouble(rate -> rate).sum());
    }

    /** Bits per second that arrived, of each direction for itself. */
    static List<Double> directions(JsonObject result) {
        return sums(result).stream()
                .map(sum -> sum.get("bits_per_second").asDouble())
                .toList();
    }

    private static List<JsonObject> sums(JsonObject result) {
        JsonObject end = result.get("end").asObject();
        List<JsonObject> sums = new ArrayList<>();
        for (String direction : List.of("sum_received", "sum_received_bidir_reverse")) {
            JsonValue sum = end.get(direction);
            if (sum != null) {
                sums.add(sum.asObject());
            }
        }
        return sums;
    }
}
