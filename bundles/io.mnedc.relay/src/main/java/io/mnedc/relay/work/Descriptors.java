package io.mnedc.relay.work;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether this process comes near its limit of descriptors: connections by BoringSSL have three instead of one. */
public final class Descriptors {
    private static final Logger LOG = LoggerFactory.getLogger(Descriptors.class);

    private static final Path ALL = Path.of("/proc/self/fd");

    /** What a Unix JVM tells of its own process, by names that need no package of the JDK's. */
    private static final String OPEN = "OpenFileDescriptorCount";

    private static final String MOST = "MaxFileDescriptorCount";

    /** Begins and ends at different shares, so that it does not change with each connection. */
    private static final double BEGINS = 0.5;

    private static final double ENDS = 0.4;

    private volatile boolean scarce;

    /** Counts them: to be done now and then. */
    public void count() {
        try {
            long open = size();
            counted(open > 0 ? open : attribute(OPEN), attribute(MOST));
        } catch (IOException | JMException e) {
            LOG.debug("descriptors cannot be counted here", e);
        }
    }

    /** Linux 6.2 and newer tell their number so, which the JVM counts one by one: milliseconds for thousands. */
    private static long size() throws IOException {
        return Files.exists(ALL) ? Files.size(ALL) : 0;
    }

    private static long attribute(String name) throws JMException {
        ObjectName system = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
        return ((Number) ManagementFactory.getPlatformMBeanServer().getAttribute(system, name)).longValue();
    }

    void counted(long open, long most) {
        boolean before = scarce;
        scarce = open >= most * (before ? ENDS : BEGINS);
        if (scarce && !before) {
            LOG.warn(
                    "{} of at most {} descriptors are open: new connections have the Java runtime's TLS, which needs fewer, until"
                            + " there are less; raise the limit (ulimit -n, LimitNOFILE), or set tls.library = java",
                    open,
                    most);
        }
    }

    /** {@return whether new connections should do with as few as possible} */
    public boolean scarce() {
        return scarce;
    }
}
