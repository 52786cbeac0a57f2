package io.mnedc.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ChunkPoolTest {
    @Test
    void aJvmWithoutDirectMemoryIsLikeAPoolThatIsUsedUp() {
        AtomicBoolean none = new AtomicBoolean(true);
        ChunkPool pool = new ChunkPool(2L * ChunkPool.CHUNK, size -> {
            if (none.get()) {
                throw new OutOfMemoryError("wanted by the test");
            }
            return ByteBuffer.allocate(size);
        });
        for (int i = 0; i < 5; i++) {
            assertThat(pool.take()).isNull();
        }
        assertThat(pool.usedBytes()).isZero();
        none.set(false);
        assertThat(pool.take()).isNotNull();
        assertThat(pool.take()).isNotNull();
        assertThat(pool.take()).isNull();
    }
}
