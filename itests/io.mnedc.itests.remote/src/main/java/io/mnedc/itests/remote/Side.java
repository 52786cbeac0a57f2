package io.mnedc.itests.remote;

import io.mnedc.itests.remote.echo.Echo;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.util.tracker.ServiceTracker;

/**
 * Exports an {@link Echo}, uses those of others, and does what a test says by a socket in the file system, one command a
 * connection: {@code remotes} lists the others, {@code call N} calls each of them so often, {@code export} and {@code unexport}.
 */
public final class Side implements BundleActivator {
    private final String name = String.valueOf(ProcessHandle.current().pid());
    private final Path file = Path.of("/tmp/mnedc-remote-" + name);
    private @Nullable ServiceRegistration<Echo> exported;
    private @Nullable ServiceTracker<Echo, Echo> others;
    private @Nullable ServerSocketChannel server;

    @Override
    public void start(BundleContext context) throws Exception {
        export(context);
        var tracker = new ServiceTracker<Echo, Echo>(
                context,
                FrameworkUtil.createFilter("(&(objectClass=" + Echo.class.getName() + ")(service.imported=*))"),
                null);
        tracker.open();
        others = tracker;
        Files.deleteIfExists(file);
        ServerSocketChannel listening =
                ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(file));
        server = listening;
        var thread = new Thread(() -> serve(context, listening, tracker), "test-remote");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void stop(BundleContext context) throws IOException {
        if (server != null) {
            server.close();
        }
        if (others != null) {
            others.close();
        }
        Files.deleteIfExists(file);
    }

    @SuppressWarnings("JdkObsolete") // the framework's interface
    private void export(BundleContext context) {
        Dictionary<String, Object> properties =
                new Hashtable<>(Map.of("service.exported.interfaces", "*", "rack", 4, "who", name));
        exported = context.registerService(Echo.class, new Answers(name), properties);
    }

    private void serve(BundleContext context, ServerSocketChannel listening, ServiceTracker<Echo, Echo> tracker) {
        while (listening.isOpen()) {
            try (SocketChannel channel = listening.accept()) {
                ByteBuffer bytes = ByteBuffer.allocate(100);
                channel.read(bytes);
                String command = new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
                String answer;
                try {
                    answer = answer(context, tracker, command.strip().split(" "));
                } catch (RuntimeException e) {
                    answer = "failed " + e;
                }
                Channels.newOutputStream(channel).write(answer.getBytes(StandardCharsets.UTF_8));
            } catch (AsynchronousCloseException e) {
                return;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private String answer(BundleContext context, ServiceTracker<Echo, Echo> tracker, String[] words) {
        switch (words[0]) {
            case "remotes" -> {
                StringBuilder text = new StringBuilder();
                tracker.getTracked()
                        .forEach((reference, echo) -> text.append(reference.getProperty("who"))
                                .append(" rack=")
                                .append(reference.getProperty("rack"))
                                .append('\n'));
                return text.toString();
            }
            case "call" -> {
                return call(tracker, Integer.parseInt(words[1]));
            }
            case "export" -> export(context);
            case "unexport" -> {
                if (exported != null) {
                    exported.unregister();
                }
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }

    private static String call(ServiceTracker<Echo, Echo> tracker, int times) {
        int right = 0;
        for (Map.Entry<org.osgi.framework.ServiceReference<Echo>, Echo> each :
                tracker.getTracked().entrySet()) {
            String who = String.valueOf(each.getKey().getProperty("who"));
            for (int i = 0; i < times; i++) {
                String answer = each.getValue().echo("hello", i);
                if (!answer.equals(who + ":hello" + i)) {
                    throw new IllegalStateException("call " + i + " was answered by " + answer);
                }
                right++;
            }
        }
        return "right " + right;
    }
}
