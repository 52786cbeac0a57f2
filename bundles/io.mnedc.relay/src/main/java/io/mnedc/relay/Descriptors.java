package io.mnedc.relay;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether this process comes near its limit of descriptors: connections by BoringSSL have three instead of one. */
final class Descriptors {
    private static final Logger LOG = LoggerFactory.getLogger(Descriptors.class);

    /** What a Unix JVM tells of its own process, by names that need no package of the JDK's. */
    private static final String OPEN = "OpenFileDescriptorCount";

    private static final String MOST = "MaxFileDescriptorCount";

    /** Begins and ends at different shares, so that it does not change with each connection. */
    private static final double BEGINS = 0.5;

    private static final double ENDS = 0.4;

    private volatile boolean scarce;

    /** Counts them, which takes longer the more there are: to be done now and then. */
    void count() {
        try {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            ObjectName system = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
            counted(
                    ((Number) server.getAttribute(system, OPEN)).longValue(),
                    ((Number) server.getAttribute(system, MOST)).longValue());
        } catch (JMException e) {
            LOG.debug("descriptors cannot be counted here", e);
        }
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
    boolean scarce() {
        return scarce;
    }
}
