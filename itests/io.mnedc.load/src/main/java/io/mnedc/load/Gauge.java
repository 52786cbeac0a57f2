package io.mnedc.load;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.mnedc.lab.LabProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Looks into a running JVM: from outside by /proc, from inside by its management agent, which it starts. */
final class Gauge implements AutoCloseable {
    /** Option of the JVM by which memory outside the heap can be seen, Netty's too, which the JVM's own pools do not count. */
    static final String TRACKING = "-XX:NativeMemoryTracking=summary";

    private static final Pattern OTHER = Pattern.compile("\\bOther \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

    /**
     * What a JVM has in use. Memory in bytes.
     *
     * @param resident memory of the process
     * @param heap live objects, after a collection
     * @param direct buffers outside the heap; 0 without {@link #TRACKING}
     * @param descriptors open ones
     * @param threads of the JVM, those of compiler and collector not counted
     */
    record Reading(long resident, long heap, long direct, int descriptors, int threads) {
        Reading plus(Reading other) {
            return new Reading(
                    resident + other.resident,
                    heap + other.heap,
                    direct + other.direct,
                    descriptors + other.descriptors,
                    threads + other.threads);
        }
    }

    private final LabProcess process;
    private final JMXConnector connector;
    private final MBeanServerConnection inside;

    private Gauge(LabProcess process, JMXConnector connector) throws IOException {
        this.process = process;
        this.connector = connector;
        this.inside = connector.getMBeanServerConnection();
    }

    @SuppressWarnings("BanJNDI") // the address is what the JVM itself has told, on this machine
    static Gauge on(LabProcess process) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
            try {
                String url = machine.startLocalManagementAgent();
                return new Gauge(process, JMXConnectorFactory.connect(new JMXServiceURL(url)));
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("cannot look into process " + process.pid(), e);
        }
    }

    /** Collects garbage there, then reads. */
    Reading read() throws IOException {
        MemoryMXBean memory = ManagementFactory.newPlatformMXBeanProxy(
                inside, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
        ThreadMXBean threads = ManagementFactory.newPlatformMXBeanProxy(
                inside, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        memory.gc();
        return new Reading(
                process.residentBytes(),
                memory.getHeapMemoryUsage().getUsed(),
                directBytes(),
                descriptors(),
                threads.getThreadCount());
    }

    /** Reads until the figures are as wanted; throws, with the last ones, when they never are. */
    static Reading await(Gauge gauge, Duration bound, Predicate<Reading> wanted, String complaint)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        Reading now = gauge.read();
        while (!wanted.test(now)) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(complaint + ", not within " + bound.toSeconds() + " s: " + now);
            }
            Thread.sleep(100);
            now = gauge.read();
        }
        return now;
    }

    private long directBytes() throws IOException {
        try {
            Object report = inside.invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "vmNativeMemory",
                    new Object[] {new String[] {"summary"}},
                    new String[] {String[].class.getName()});
            Matcher other = OTHER.matcher(String.valueOf(report));
            return other.find() ? Long.parseLong(other.group(1)) << 10 : 0;
        } catch (JMException e) {
            throw new IOException("no figures of the memory of process " + process.pid(), e);
        }
    }

    private int descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
            return (int) open.count();
        }
    }

    @Override
    public void close() throws IOException {
        connector.close();
    }
}
