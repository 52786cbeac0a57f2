package io.mnedc.libc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class LibCTest {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
    private final long address = LibC.address(memory);

    @Test
    void whatIsWrittenToAnEventfdIsReadBack() {
        int fd = LibC.eventfd(0, LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        try {
            memory.putLong(8, 42);
            assertThat(LibC.write(fd, address + 8, 8)).isEqualTo(8);
            assertThat(LibC.read(fd, address + 16, 8)).isEqualTo(8);
            assertThat(memory.getLong(16)).isEqualTo(42);
        } finally {
            assertThat(LibC.close(fd)).isZero();
        }
    }

    @Test
    void theReasonOfAFailureIsKeptForTheThread() {
        int fd = LibC.eventfd(0, LibC.O_CLOEXEC | LibC.O_NONBLOCK);
        try {
            // often enough that compiled code is met as well
            for (int i = 0; i < 20_000; i++) {
                assertThat(LibC.read(fd, address, 8)).isEqualTo(-1);
                assertThat(LibC.errno()).isEqualTo(Errno.EAGAIN);
            }
            assertThat(LibC.close(-1)).isEqualTo(-1);
            assertThat(LibC.errno()).isEqualTo(Errno.EBADF);
            assertThat(LibC.open("/nonexistent", LibC.O_RDWR)).isEqualTo(-1);
            assertThat(LibC.errno()).isEqualTo(Errno.ENOENT);
        } finally {
            LibC.close(fd);
        }
    }

    @Test
    void pollTellsWhatIsReady() {
        int fd = LibC.eventfd(1, LibC.O_CLOEXEC);
        try {
            memory.putInt(0, fd).putShort(4, LibC.POLLIN).putShort(6, (short) 0);
            assertThat(LibC.poll(address, 1, 0)).isEqualTo(1);
            assertThat(memory.getShort(6)).isEqualTo(LibC.POLLIN);
        } finally {
            LibC.close(fd);
        }
    }

    @Test
    void theAddressDoesNotDependOnThePosition() {
        memory.position(5);
        assertThat(LibC.address(memory)).isEqualTo(address);
        assertThat(LibC.address(memory.slice())).isEqualTo(address + 5);
    }

    @Test
    void aHeapBufferHasNoAddress() {
        assertThatThrownBy(() -> LibC.address(ByteBuffer.allocate(1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void errorsHaveWords() {
        assertThat(LibC.strerror(Errno.ENOENT)).isEqualTo("No such file or directory");
    }

    @Test
    void theLoopbackInterfaceHasAnIndex() {
        assertThat(LibC.if_nametoindex("lo")).isPositive();
        assertThat(LibC.if_nametoindex("no-such-if")).isZero();
    }
}
