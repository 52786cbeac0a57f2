package io.mnedc.itests.arch;

import aQute.bnd.differ.Baseline;
import aQute.bnd.differ.DiffPluginImpl;
import aQute.bnd.header.Parameters;
import aQute.bnd.osgi.Constants;
import aQute.bnd.osgi.Instructions;
import aQute.bnd.osgi.Jar;
import aQute.bnd.osgi.Processor;
import aQute.bnd.service.diff.Delta;
import aQute.bnd.service.diff.Diff;
import aQute.bnd.version.Version;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Compares the exported packages of a bundle with those of its last release, by bnd. bnd itself accepts any change of a
 * version below 1.0; here each change of such an API raises the second number, as a break does from 1.0 on with the first.
 */
final class Baselines {
    private Baselines() {}

    /** {@return what is wrong, a line for each package; empty if the versions say what has changed} */
    static List<String> complaints(Path newerFile, Path olderFile) throws Exception {
        try (Processor processor = new Processor();
                Jar newer = exportsOf(newerFile.toFile());
                Jar older = exportsOf(olderFile.toFile())) {
            Baseline baseline = new Baseline(processor, new DiffPluginImpl());
            Set<Baseline.Info> packages = baseline.baseline(newer, older, new Instructions());
            List<String> complaints = new ArrayList<>();
            for (Baseline.Info each : packages) {
                Delta delta = each.packageDiff.getDelta();
                if (delta == Delta.REMOVED) {
                    Version least = least(Delta.MAJOR, new Version(older.getVersion()));
                    if (new Version(newer.getVersion()).compareTo(least) < 0) {
                        complaints.add("%s is no longer exported by %s: the project's version must be at least %s"
                                .formatted(each.packageName, newer.getBsn(), least));
                    }
                } else if (delta == Delta.MAJOR || delta == Delta.MINOR) {
                    Version least = least(delta, each.olderVersion);
                    if (each.newerVersion.compareTo(least) < 0) {
                        complaints.add("%s has changed (%s) since %s: its package-info must say @Version(\"%s\")%n%s"
                                .formatted(
                                        each.packageName,
                                        delta == Delta.MAJOR ? "users or implementors break" : "something is new",
                                        olderFile.getFileName(),
                                        least,
                                        changes(each)));
                    }
                }
            }
            return complaints;
        }
    }

    private static Version least(Delta delta, Version older) {
        return delta == Delta.MAJOR && older.getMajor() > 0
                ? new Version(older.getMajor() + 1, 0, 0)
                : new Version(older.getMajor(), older.getMinor() + 1, 0);
    }

    private static String changes(Baseline.Info info) {
        return changed(info.packageDiff)
                .flatMap(type -> Stream.concat(
                        Stream.of("  " + type.getDelta() + " " + type.getName()),
                        // of a type that is new or gone nobody asks for its members
                        type.getDelta() == Delta.ADDED || type.getDelta() == Delta.REMOVED
                                ? Stream.of()
                                : changed(type).map(member -> "    " + member.getDelta() + " " + member.getName())))
                .collect(Collectors.joining(System.lineSeparator()));
    }

    private static Stream<? extends Diff> changed(Diff diff) {
        return diff.getChildren().stream().filter(each -> each.getDelta().compareTo(Delta.MICRO) > 0);
    }

    /** Without what nobody sees: a release's jar is kept without it. */
    private static Jar exportsOf(File file) throws Exception {
        Jar jar = new Jar(file);
        Parameters exports =
                new Parameters(jar.getManifest().getMainAttributes().getValue(Constants.EXPORT_PACKAGE));
        for (String directory : List.copyOf(jar.getDirectories().keySet())) {
            if (!exports.containsKey(directory.replace('/', '.'))) {
                for (String name : List.copyOf(jar.getResources().keySet())) {
                    if (name.startsWith(directory + "/") && name.indexOf('/', directory.length() + 1) < 0) {
                        jar.remove(name);
                    }
                }
            }
        }
        return jar;
    }
}
