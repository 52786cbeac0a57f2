package io.mnedc.lab;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;

/** The agent bundle ({@code io.mnedc.itests.agent}) in a runtime, seen from the test. */
public final class Remote {
    private static final Duration BOUND = Waits.LONG;

    private final LabProcess process;
    private final Path file;

    private Remote(LabProcess process) {
        this.process = process;
        this.file = Path.of("/tmp/mnedc-agent-" + process.pid());
        // a runtime that is killed leaves it
        file.toFile().deleteOnExit();
    }

    /** The agent in this process, which may not be there. */
    public static Remote in(LabProcess process) {
        return new Remote(process);
    }

    /** Waits for the agent in this process. */
    public static Remote of(LabProcess process) {
        Remote remote = in(process);
        Waits.until("the agent in " + process.pid() + "\n" + process.tail(), BOUND, remote::answers);
        return remote;
    }

    /** Puts the agent into a directory that the runtime watches, as a person would drop a bundle there. */
    public static Remote dropInto(Path agent, Path directory, LabProcess process) {
        try {
            Path temporary = directory.resolveSibling("agent.tmp");
            Files.copy(agent, temporary, StandardCopyOption.REPLACE_EXISTING);
            Files.move(temporary, directory.resolve("agent.jar"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new LabException("cannot put the agent into " + directory, e);
        }
        return of(process);
    }

    public LabProcess process() {
        return process;
    }

    /** Lines of the answer to a command. */
    public List<String> call(String... words) {
        String command = String.join(" ", words);
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
            channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.UTF_8)));
            String answer = new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
            List<String> lines = answer.lines().toList();
            if (lines.isEmpty() || !"ok".equals(lines.get(0))) {
                throw new LabException(command + ": " + answer + "\n" + process.tail());
            }
            return lines.subList(1, lines.size());
        } catch (IOException e) {
            throw new LabException(command + " got no answer\n" + process.tail(), e);
        }
    }

    /** The symbolic names of our bundles there. */
    public List<String> ourBundles() {
        return call("bundles").stream()
                .map(line -> line.substring(0, line.indexOf(' ')))
                .filter(name -> name.startsWith("io.mnedc.") && !name.startsWith("io.mnedc.itests."))
                .toList();
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new LabException("ended\n" + process.tail());
        }
        try {
            return Files.exists(file) && !call("bundles").isEmpty();
        } catch (LabException e) {
            return false;
        }
    }
}
