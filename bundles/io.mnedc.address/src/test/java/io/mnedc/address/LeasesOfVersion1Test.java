package io.mnedc.address;

import static io.mnedc.address.Fixture.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.mnedc.api.address.LeaseStore.Entry;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that release 0.1 wrote: leases of a, b and c at nodes 2, 7 and 300, of which b was seen again, and a prefix. */
class LeasesOfVersion1Test {
    private static final Instant T = Instant.ofEpochMilli(1_900_000_000_123L);

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void place() throws Exception {
        file = directory.resolve(LeasesOfVersion1.NAME);
        try (InputStream in = getClass().getResourceAsStream("leases-of-version-1.mv")) {
            Files.copy(Objects.requireNonNull(in), file);
        }
    }

    @Test
    void devicesKeepTheirAddresses() throws Exception {
        byte[] old = Files.readAllBytes(file);
        Entry seen = new Entry("b", 7, T, T.plusSeconds(60));
        try (StoredLeases leases = StoredLeases.in(directory)) {
            assertThat(leases.entries())
                    .containsExactlyInAnyOrder(new Entry("a", 2, T, T), seen, new Entry("c", 300, T, T));
            assertThat(leases.byNode(7)).contains(seen);
            assertThat(leases.property("ipv6.prefix", "other")).isEqualTo("fd12:3456:789a::/64");
            assertThat(leases.epoch()).as("the file was opened twice").isEqualTo(3);
            assertThat(await(leases.remove("a", 2))).isTrue();
        }
        assertThat(file).as("for the older release").hasBinaryContent(old);
        try (StoredLeases leases = StoredLeases.in(directory)) {
            assertThat(leases.byDevice("a")).as("is not taken over again").isEmpty();
        }
    }

    @Test
    void aDamagedFileIsNamedAndNothingIsMadeInstead() throws Exception {
        Files.write(file, new byte[20_000]);
        assertThatIOException()
                .isThrownBy(() -> StoredLeases.in(directory))
                .withMessageContaining(file.toString())
                .withMessageContaining("backup");
        assertThat(directory.resolve(OverlayFile.NAME)).doesNotExist();
    }
}
