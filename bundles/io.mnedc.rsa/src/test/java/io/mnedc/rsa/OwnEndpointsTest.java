package io.mnedc.rsa;

import static io.mnedc.rsa.TestEndpoints.endpoint;
import static io.mnedc.rsa.TestEndpoints.place;
import static org.assertj.core.api.Assertions.assertThat;

import io.mnedc.api.peer.OfferedService;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.osgi.service.remoteserviceadmin.EndpointDescription;
import org.osgi.service.remoteserviceadmin.EndpointEvent;

class OwnEndpointsTest {
    private final Map<Integer, OfferedService> published = new LinkedHashMap<>();
    private int number;
    private Optional<Place> place = Optional.empty();
    private final OwnEndpoints own = new OwnEndpoints(() -> place, this::publish, Runnable::run);

    private OwnEndpoints.Publication publish(OfferedService service) {
        int key = number++;
        published.put(key, service);
        return new OwnEndpoints.Publication() {
            @Override
            public void change(OfferedService now) {
                published.put(key, now);
            }

            @Override
            public void withdraw() {
                published.remove(key);
            }
        };
    }

    private void tell(int type, EndpointDescription endpoint) {
        own.endpointChanged(new EndpointEvent(type, endpoint), "");
    }

    @Test
    void whatIsAtTheVirtualAddressIsPublishedOnceThatIsKnown() {
        tell(EndpointEvent.ADDED, endpoint(3, "one"));
        tell(EndpointEvent.ADDED, endpoint(4, "elsewhere"));
        assertThat(published).isEmpty();
        place = Optional.of(place(3));
        own.refresh();
        assertThat(published.values())
                .extracting(each -> each.attributes().get("#id"))
                .containsExactly("one");

        tell(EndpointEvent.MODIFIED, endpoint(3, "one", "rack", 4));
        assertThat(published).hasSize(1).containsOnlyKeys(0);
        assertThat(published.values())
                .allSatisfy(each -> assertThat(each.attributes()).containsEntry("rack", "#I:4"));

        tell(EndpointEvent.REMOVED, endpoint(3, "one"));
        assertThat(published).isEmpty();
    }

    @Test
    void theDeviceHasMovedAndWhatStayedBehindIsNotTold() {
        place = Optional.of(place(3));
        tell(EndpointEvent.ADDED, endpoint(3, "one"));
        place = Optional.of(place(4));
        own.refresh();
        assertThat(published).isEmpty();
    }

    @Test
    void whatDoesNotFitWaitsUntilThereIsRoom() {
        place = Optional.of(place(3));
        for (int i = 0; i < 100; i++) {
            tell(EndpointEvent.ADDED, endpoint(3, "e" + i, "text", "x".repeat(500)));
        }
        int bytes = published.values().stream().mapToInt(OfferedService::size).sum();
        int fit = published.size();
        assertThat(bytes).isBetween(OwnEndpoints.MOST_BYTES - 1_000, OwnEndpoints.MOST_BYTES);
        assertThat(fit).isLessThan(OwnEndpoints.MOST);
        tell(EndpointEvent.REMOVED, endpoint(3, "e0"));
        assertThat(published).hasSize(fit);
        assertThat(published.values())
                .extracting(each -> each.attributes().get("#id"))
                .contains("e" + fit);
        own.end();
        assertThat(published).isEmpty();
    }
}
