package io.mnedc.lab.traffic;

import io.mnedc.lab.Host;
import io.mnedc.lab.JavaTool;
import io.mnedc.lab.LabException;
import io.mnedc.lab.LabProcess;
import io.mnedc.lab.Waits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** A TCP transfer from one host to another that goes on until it is ended, with datagrams beside it. */
public final class Traffic {
    private static final Duration START = Waits.LONG;

    private final LabProcess sender;
    private final Gauge echoes;
    private final Gauge transfer;
    private final Path end;

    private Traffic(LabProcess sender, Gauge echoes, Gauge transfer, Path end) {
        this.sender = sender;
        this.echoes = echoes;
        this.transfer = transfer;
        this.end = end;
    }

    /** Starts it and waits until it flows. */
    public static Traffic start(Host from, Host to, String address, long seed) {
        try {
            Path directory = Files.createTempDirectory(from.directory(), "traffic-");
            Path received = directory.resolve("received");
            LabProcess receiver = to.start(JavaTool.command(Receiver.class, received.toString()));
            receiver.awaitLog(Pattern.compile("^serving$"), START);
            Path echoed = directory.resolve("echoed");
            Path end = directory.resolve("end");
            LabProcess sender = from.start(
                    JavaTool.command(Sender.class, address, echoed.toString(), end.toString(), Long.toString(seed)));
            sender.awaitLog(Pattern.compile("^sending$"), START);
            Traffic traffic = new Traffic(sender, Gauge.open(echoed), Gauge.open(received), end);
            traffic.awaitAfter(System.nanoTime());
            return traffic;
        } catch (IOException e) {
            throw new LabException("no traffic", e);
        }
    }

    /**
     * When traffic was there again.
     *
     * @param datagrams from the given time until a datagram came back that was sent after it
     * @param transfer from the given time until the transfer had gone on
     */
    public record Back(Duration datagrams, Duration transfer) {}

    /** Waits until traffic that began after this time gets through. */
    public Back awaitAfter(long time) {
        long bytes = transfer.bytes();
        await("no datagram comes back", () -> echoes.echoSent() >= time);
        Duration datagrams = Duration.ofNanos(Math.max(0, echoes.echoReceived() - time));
        await("the transfer stands still", () -> transfer.bytes() > bytes);
        return new Back(datagrams, Duration.ofNanos(System.nanoTime() - time));
    }

    /** Lets the transfer come to its end, and returns what its sender says of it. */
    public String finish() {
        try {
            Files.createFile(end);
        } catch (IOException e) {
            throw new LabException("cannot end the transfer", e);
        }
        sender.await(Waits.LONG);
        return sender.tail();
    }

    private void await(String complaint, BooleanSupplier condition) {
        Waits.until(() -> complaint + "\n" + sender.tail(), Waits.LONG, () -> {
            if (!sender.isAlive()) {
                throw new LabException("the transfer has ended\n" + sender.tail());
            }
            return condition.getAsBoolean();
        });
    }
}
