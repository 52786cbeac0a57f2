package io.mnedc.device.seal;

import static io.mnedc.device.seal.SealCipher.AES_128_GCM;
import static io.mnedc.device.seal.SealCipher.CHACHA20_POLY1305;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which cipher is used when. */
class SealCipherTest {
    private static final List<SealCipher> WITH_AES = SealCipher.preferred(true);
    private static final List<SealCipher> WITHOUT = SealCipher.preferred(false);

    @Test
    void aesIsUsedOnlyIfBothProcessorsHelp() {
        assertThat(SealCipher.choose(List.of(1, 2), WITH_AES)).hasValue(AES_128_GCM);
        assertThat(SealCipher.choose(List.of(1, 2), WITHOUT)).hasValue(CHACHA20_POLY1305);
        assertThat(SealCipher.choose(List.of(2, 1), WITH_AES)).hasValue(CHACHA20_POLY1305);
        assertThat(SealCipher.choose(List.of(2, 1), WITHOUT)).hasValue(CHACHA20_POLY1305);
    }

    @Test
    void whatBothHaveIsBetterThanNothing() {
        assertThat(SealCipher.choose(List.of(1), WITHOUT)).hasValue(AES_128_GCM);
        assertThat(SealCipher.choose(List.of(2), WITH_AES)).hasValue(CHACHA20_POLY1305);
        assertThat(SealCipher.choose(List.of(1, 2), List.of(AES_128_GCM))).hasValue(AES_128_GCM);
        assertThat(SealCipher.choose(List.of(1), List.of(CHACHA20_POLY1305))).isEmpty();
    }

    @Test
    void ciphersOfLaterVersionsAreSkipped() {
        assertThat(SealCipher.choose(List.of(77, 1, 2), WITH_AES)).hasValue(CHACHA20_POLY1305);
        assertThat(SealCipher.choose(List.of(77, 1), WITH_AES)).hasValue(AES_128_GCM);
        assertThat(SealCipher.choose(List.of(77, 78), WITH_AES)).isEmpty();
    }

    @Test
    void processorTellsOfAes() {
        assertThat(SealCipher.aesIsFast("amd64", "model\t: 1\nflags\t\t: fpu aes avx\nbugs\t:"))
                .isTrue();
        assertThat(SealCipher.aesIsFast("aarch64", "Features\t: fp asimd aes pmull\n"))
                .isTrue();
        assertThat(SealCipher.aesIsFast("amd64", "flags\t\t: fpu aesni vaes avx\nmodel name\t: aes\n"))
                .isFalse();
        assertThat(SealCipher.aesIsFast("amd64", "")).isFalse();
        assertThat(SealCipher.aesIsFast("arm", "Features\t: aes pmull\n"))
                .as("HotSpot for 32-bit ARM does not use it")
                .isFalse();
    }

    @Test
    void whatTheProcessorHelpsWithIsPreferred() {
        assertThat(SealCipher.preferred(true)).containsExactly(AES_128_GCM, CHACHA20_POLY1305);
        assertThat(SealCipher.preferred(false)).containsExactly(CHACHA20_POLY1305, AES_128_GCM);
    }
}
