package io.mnedc.relay.work;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much memory the JVM may take. */
public final class Memory {
    private static final Logger LOG = LoggerFactory.getLogger(Memory.class);

    private Memory() {}

    /** The most that the heap may become, or the memory beside it: the lower one. */
    public static long most() {
        long heap = Runtime.getRuntime().maxMemory();
        long direct = direct();
        return direct > 0 ? Math.min(heap, direct) : heap;
    }

    /** The limit of direct memory, by a name that needs no package of the JDK's; 0: as much as the heap, or not known. */
    private static long direct() {
        try {
            ObjectName hotSpot = new ObjectName("com.sun.management:type=HotSpotDiagnostic");
            Object option = ManagementFactory.getPlatformMBeanServer()
                    .invoke(hotSpot, "getVMOption", new Object[] {"MaxDirectMemorySize"}, new String[] {
                        String.class.getName()
                    });
            return option instanceof CompositeData data ? Long.parseLong(String.valueOf(data.get("value"))) : 0;
        } catch (JMException | RuntimeException e) {
            LOG.debug("this JVM does not tell its limit of direct memory", e);
            return 0;
        }
    }
}
