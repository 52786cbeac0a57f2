package io.mnedc.itests.agent;

import io.mnedc.itests.gateway.JdkCaches;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What a runtime has that may be left behind; after a collection. */
final class Resources {
    private Resources() {}

    static String list(BundleContext context) {
        JdkCaches.forgetLastRecord();
        System.gc();
        String threads = Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                // their numbers grow with each that is made
                .map(thread ->
                        "thread " + thread.getName().replaceAll("\\d+", "N").replace(' ', '_'))
                .sorted()
                .collect(Collectors.joining("\n"));
        String buffers = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .map(pool -> "buffers " + pool.getName().replace(' ', '_') + " " + pool.getCount() + " "
                        + pool.getMemoryUsed())
                .collect(Collectors.joining("\n"));
        return threads + "\n" + buffers + "\nnetty " + nettyMemory(context);
    }

    /** Netty's own count of direct memory that the JVM does not count. */
    private static String nettyMemory(BundleContext context) {
        for (Bundle bundle : Arrays.asList(context.getBundles())) {
            if ("io.netty.common".equals(bundle.getSymbolicName())) {
                try {
                    return String.valueOf(bundle.loadClass("io.netty.util.internal.PlatformDependent")
                            .getMethod("usedDirectMemory")
                            .invoke(null));
                } catch (ReflectiveOperationException e) {
                    return e.toString();
                }
            }
        }
        return "0";
    }
}
