package io.mnedc.itests.runtimes;

import io.mnedc.lab.CommandResult;
import io.mnedc.lab.Host;
import io.mnedc.lab.LabException;
import io.mnedc.lab.Remote;
import io.mnedc.lab.Waits;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a runtime has that may be left behind when its bundles go.
 *
 * @param threads how many of each name
 * @param descriptors open files and sockets of the process
 * @param interfaces names on its host
 * @param direct bytes of direct memory that the JVM knows of, and Netty's own
 * @param loaders class loaders of bundles that live
 * @param copies our classes of which there is more than one with instances: their loaders must be more than one
 */
record ResourceUsage(
        Map<String, Integer> threads,
        int descriptors,
        List<String> interfaces,
        long direct,
        int loaders,
        List<String> copies) {
    private static final Pattern INTERFACE = Pattern.compile("(?m)^\\d+: ([^:@]+)");
    private static final Pattern ROW = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+\\d+\\s+(\\S+).*");

    /** Felix's and Equinox's. */
    private static final List<String> LOADERS = List.of(
            "org.apache.felix.framework.BundleWiringImpl$BundleClassLoader",
            "org.eclipse.osgi.internal.loader.EquinoxClassLoader");

    /** Takes them now, after a full collection. */
    static ResourceUsage of(Remote runtime, Host host) {
        // first, for it leaves a thread of the JVM's own
        long pid = runtime.process().pid();
        Map<String, List<Integer>> histogram = histogram(host, pid);
        Map<String, Integer> threads = new TreeMap<>();
        long direct = 0;
        for (String line : runtime.call("resources")) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "thread" -> threads.merge(words[1], 1, Integer::sum);
                case "buffers" -> direct += Long.parseLong(words[3]);
                default -> direct += Long.parseLong(words[1]);
            }
        }
        int loaders = LOADERS.stream()
                .flatMap(name -> histogram.getOrDefault(name, List.of()).stream())
                .mapToInt(Integer::intValue)
                .sum();
        List<String> copies = histogram.entrySet().stream()
                // connections that were begun with that one keep it until they end
                .filter(entry -> !entry.getKey().startsWith("io.mnedc.boringssl."))
                .filter(entry -> entry.getKey().startsWith("io.mnedc.")
                        && entry.getValue().size() > 1)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        return new ResourceUsage(threads, descriptors(pid), interfaces(host), direct, loaders, copies);
    }

    /** What there is now that was not there before, in words; empty when nothing is. */
    List<String> beyond(ResourceUsage before, int loadersAllowed, long directAllowed) {
        List<String> more = new ArrayList<>();
        Map<String, Integer> extra = new HashMap<>(threads);
        before.threads.forEach((name, count) -> extra.merge(name, -count, Integer::sum));
        extra.forEach((name, count) -> {
            if (count > 0) {
                more.add(count + " more threads " + name);
            }
        });
        if (descriptors > before.descriptors) {
            more.add(descriptors + " descriptors, " + before.descriptors + " before");
        }
        if (!interfaces.equals(before.interfaces)) {
            more.add("interfaces " + interfaces + ", before " + before.interfaces);
        }
        if (direct > before.direct + directAllowed) {
            more.add(direct + " bytes of direct memory, " + before.direct + " before");
        }
        if (loaders > before.loaders + loadersAllowed) {
            more.add(loaders + " class loaders of bundles, " + before.loaders + " before");
        }
        copies.stream().filter(name -> !before.copies.contains(name)).forEach(name -> more.add("two of " + name));
        return more;
    }

    private static int descriptors(long pid) {
        String[] all = new File("/proc/" + pid + "/fd").list();
        if (all == null) {
            throw new LabException("no descriptors of " + pid);
        }
        return all.length;
    }

    private static List<String> interfaces(Host host) {
        Matcher match = INTERFACE.matcher(host.exec("ip", "-o", "link").orThrow());
        List<String> names = new ArrayList<>();
        while (match.find()) {
            names.add(match.group(1));
        }
        return names;
    }

    /** Instances by class; several numbers when several loaders have a class of that name. */
    private static Map<String, List<Integer>> histogram(Host host, long pid) {
        String tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        CommandResult printed = host.exec(Waits.LONG, tool, Long.toString(pid), "GC.class_histogram");
        Map<String, List<Integer>> histogram = new HashMap<>();
        printed.orThrow()
                .lines()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .forEach(row -> histogram
                        .computeIfAbsent(row.group(2), name -> new ArrayList<>())
                        .add(Integer.parseInt(row.group(1))));
        return histogram;
    }
}
