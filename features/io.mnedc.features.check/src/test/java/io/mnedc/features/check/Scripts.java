package io.mnedc.features.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What holds for every Debian package of ours. */
final class Scripts {
    private static final Set<String> KINDS = Set.of("preinst", "postinst", "prerm", "postrm");

    private Scripts() {}

    /** There are these maintainer scripts, and a shell can read them. */
    static void check(Deb deb, Path directory, Set<String> expected) throws IOException, InterruptedException {
        Set<String> scripts = new TreeSet<>(deb.control().keySet());
        scripts.retainAll(KINDS);
        assertThat(scripts).containsExactlyInAnyOrderElementsOf(expected);
        for (String script : scripts) {
            assertThat(deb.control(script)).startsWith("#!/bin/sh\nset -e\n");
            Path file = Files.writeString(directory.resolve(script), deb.control(script));
            assertThat(Command.run(List.of("sh", "-n", file.toString()))).isEmpty();
        }
    }

    static void checkSumsAndTimes(Deb deb) throws GeneralSecurityException {
        Set<String> expected = new TreeSet<>();
        for (String path : deb.files()) {
            Deb.Item item = deb.data(path);
            if (item.kind() == 'f') {
                byte[] sum = MessageDigest.getInstance("MD5").digest(item.content());
                expected.add(HexFormat.of().formatHex(sum) + "  " + path);
            }
        }
        assertThat(deb.control("md5sums").lines()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(deb.data().values()).extracting(Deb.Item::time).containsOnly(Built.TIME.getEpochSecond());
    }
}
