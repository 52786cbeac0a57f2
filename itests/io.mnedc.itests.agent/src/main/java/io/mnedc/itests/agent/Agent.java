package io.mnedc.itests.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/**
 * Takes commands at a Unix socket, which can be reached from every network namespace: one connection each, a line of
 * words, and the answer until its end. An answer begins with {@code ok} or {@code failed}.
 */
public final class Agent implements BundleActivator {
    private @Nullable ServerSocketChannel server;
    private @Nullable Path file;

    /** Made by the framework. */
    public Agent() {}

    /** Where the agent in the process with this ID is reached: not in java.io.tmpdir, which Karaf sets. */
    private static Path fileOf(long process) {
        return Path.of("/tmp/mnedc-agent-" + process);
    }

    @Override
    public void start(BundleContext context) throws IOException {
        Path path = fileOf(ProcessHandle.current().pid());
        Files.deleteIfExists(path);
        ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        opened.bind(UnixDomainSocketAddress.of(path));
        file = path;
        server = opened;
        Commands commands = new Commands(context);
        new Thread(() -> serve(opened, commands), "agent").start();
    }

    @Override
    public void stop(BundleContext context) throws IOException {
        if (server != null) {
            server.close();
        }
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }

    private static void serve(ServerSocketChannel server, Commands commands) {
        try {
            while (true) {
                serve(server.accept(), commands);
            }
        } catch (AsynchronousCloseException e) {
            // stopped
        } catch (IOException e) {
            System.err.println("agent ended: " + e);
        }
    }

    private static void serve(SocketChannel accepted, Commands commands) throws AsynchronousCloseException {
        try (SocketChannel connection = accepted) {
            answer(connection, commands);
        } catch (AsynchronousCloseException e) {
            throw e;
        } catch (IOException e) {
            // who asked is gone: others may ask
            System.err.println("agent: no answer given: " + e);
        }
    }

    private static void answer(SocketChannel connection, Commands commands) throws IOException {
        String text;
        try {
            text = "ok\n" + commands.execute(line(connection));
        } catch (Exception | LinkageError | AssertionError e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            text = "failed\n" + trace;
        }
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            connection.write(bytes);
        }
    }

    private static String line(SocketChannel connection) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        var in = Channels.newInputStream(connection);
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
