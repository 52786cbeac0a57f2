package io.mnedc.lab;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Runs the programs of {@code io.mnedc.lab.tool}, or other main classes of this jar, on a host. */
public final class JavaTool {
    /** The {@code java} of the runtime that this is. */
    public static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private JavaTool() {}

    /** The command line of a main class of this jar. */
    public static String[] command(Class<?> main, String... arguments) {
        return command(List.of(), main, arguments);
    }

    /** The same for a main class that needs the jars of these classes too. */
    public static String[] command(List<Class<?>> libraries, Class<?> main, String... arguments) {
        StringBuilder path = new StringBuilder(jar(main));
        libraries.forEach(library -> path.append(File.pathSeparator).append(jar(library)));
        List<String> command = new ArrayList<>();
        command.add(JAVA);
        command.addAll(List.of("-XX:+UseSerialGC", "-Xmx64m", "-cp", path.toString(), main.getName()));
        command.addAll(List.of(arguments));
        return command.toArray(String[]::new);
    }

    /** Starts the servers that the other tools talk to, and waits until they are up. */
    public static LabProcess serve(Host host) {
        LabProcess process = host.start(command(io.mnedc.lab.tool.Servers.class));
        process.awaitLog(Pattern.compile("^serving$"), Duration.ofSeconds(30));
        return process;
    }

    private static String jar(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new LabException("no place of " + type, e);
        }
    }
}
