package io.mnedc.discovery;

import static io.mnedc.discovery.Peers.peer;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.peer.Peer;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoryTest {
    private final List<Directory.Change> changes = new ArrayList<>();
    private final Directory directory = new Directory(changes::add);

    @Test
    void peersAreListedByAscendingNode() {
        directory.present(peer("c", 4));
        directory.present(peer("a", 3));
        directory.present(peer("b", 2));
        assertThat(directory.view().peers()).extracting(Peer::deviceId).containsExactly("b", "a", "c");
    }

    @Test
    void aPeerIsFoundByIdAndByBothItsAddresses() throws Exception {
        directory.present(peer("a", 3));
        Directory.View view = directory.view();
        assertThat(view.byDeviceId()).containsOnlyKeys("a");
        assertThat(view.byAddress())
                .containsOnlyKeys(InetAddress.getByName("10.0.0.3"), InetAddress.getByName("fd00:1:2:3::3"));
    }

    @Test
    void theSameAnnouncementTwiceIsOneChange() {
        directory.present(peer("a", 3));
        directory.present(peer("a", 3));
        assertThat(changes).containsExactly(new Directory.Change.Present(1, peer("a", 3)));
    }

    @Test
    void whoIsMissingInASnapshotHasLeftBeforeTheNewOnesJoin() {
        directory.snapshot(List.of(peer("a", 2), peer("b", 3)));
        changes.clear();
        directory.snapshot(List.of(peer("b", 3), peer("c", 2)));
        assertThat(changes)
                .containsExactly(new Directory.Change.Absent(3, "a"), new Directory.Change.Present(4, peer("c", 2)));
        assertThat(directory.view().byAddress().get(peer("c", 2).ipv4())).isEqualTo(peer("c", 2));
    }

    @Test
    void whoWasAwayInBetweenHasLeftAndJoined() {
        directory.present(peer("a", 2));
        changes.clear();
        Peer back = Peers.since(peer("a", 2), Instant.EPOCH.plusSeconds(1));
        directory.snapshot(List.of(back));
        assertThat(changes).containsExactly(new Directory.Change.Absent(2, "a"), new Directory.Change.Present(3, back));
    }

    @Test
    void leavingOfAnUnknownPeerIsNoChange() {
        directory.absent("a");
        assertThat(changes).isEmpty();
    }

    @Test
    void aViewDoesNotChangeAfterwards() {
        directory.present(peer("a", 2));
        Directory.View before = directory.view();
        directory.absent("a");
        assertThat(before.peers()).hasSize(1);
        assertThat(directory.view().peers()).isEmpty();
        assertThat(directory.view().version()).isEqualTo(2);
    }
}
