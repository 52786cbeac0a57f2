package io.mnedc.relay.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.Pipe;
import org.junit.jupiter.api.Test;

class DescriptorsTest {
    private final Descriptors descriptors = new Descriptors();

    @Test
    void halfOfThemIsTooMany() {
        descriptors.counted(499, 1000);
        assertThat(descriptors.scarce()).isFalse();

        descriptors.counted(500, 1000);
        assertThat(descriptors.scarce()).isTrue();
    }

    @Test
    void thereAreEnoughAgainWhenClearlyFewerAreOpen() {
        descriptors.counted(500, 1000);
        descriptors.counted(450, 1000);
        assertThat(descriptors.scarce()).isTrue();

        descriptors.counted(399, 1000);
        assertThat(descriptors.scarce()).isFalse();
    }

    @Test
    void thoseOfThisProcessAreCounted() throws IOException {
        descriptors.counted(1, 1);
        Pipe pipe = Pipe.open();
        try {
            // a limit that this test would come near is not one to run tests with
            descriptors.count();
        } finally {
            pipe.sink().close();
            pipe.source().close();
        }
        assertThat(descriptors.scarce()).isFalse();
    }
}
