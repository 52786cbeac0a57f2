package io.mnedc.device.seal;

import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.NoSuchPaddingException;

/** How data frames are sealed. The numbers are part of the protocol and never change. */
public enum SealCipher {
    /** AES-128 in Galois/Counter Mode (NIST SP 800-38D). */
    AES_128_GCM(1, "AES/GCM/NoPadding", "AES", 16),
    /** ChaCha20-Poly1305 (RFC 8439): faster where the processor has no instructions for AES. */
    CHACHA20_POLY1305(2, "ChaCha20-Poly1305", "ChaCha20", 32);

    /** Where HotSpot uses the processor's AES instructions, and where /proc/cpuinfo tells of them. */
    private static final Set<String> WITH_INTRINSICS = Set.of("amd64", "x86_64", "aarch64");

    private static final Pattern AES_FLAG = Pattern.compile("(?m)^(flags|Features)\\s*:.*\\baes\\b");

    private final int number;
    private final String transformation;
    private final String keyAlgorithm;
    private final int keyBytes;

    SealCipher(int number, String transformation, String keyAlgorithm, int keyBytes) {
        this.number = number;
        this.transformation = transformation;
        this.keyAlgorithm = keyAlgorithm;
        this.keyBytes = keyBytes;
    }

    /** {@return the number on the wire, 1 to 255} */
    public int number() {
        return number;
    }

    String keyAlgorithm() {
        return keyAlgorithm;
    }

    int keyBytes() {
        return keyBytes;
    }

    Cipher make() {
        try {
            return Cipher.getInstance(transformation);
        } catch (NoSuchAlgorithmException | NoSuchPaddingException e) {
            throw new IllegalStateException("this Java has no " + transformation, e);
        }
    }

    private boolean available() {
        try {
            Cipher.getInstance(transformation);
            return true;
        } catch (NoSuchAlgorithmException | NoSuchPaddingException e) {
            return false;
        }
    }

    /**
     * Tells what this device can use.
     *
     * @param aes whether the processor helps with AES
     * @return all that this Java has, the preferred one first
     */
    public static List<SealCipher> preferred(boolean aes) {
        List<SealCipher> order =
                aes ? List.of(AES_128_GCM, CHACHA20_POLY1305) : List.of(CHACHA20_POLY1305, AES_128_GCM);
        return order.stream().filter(SealCipher::available).toList();
    }

    /**
     * Tells whether the processor helps with AES, and Java makes use of it.
     *
     * @param architecture the system property {@code os.arch}
     * @param cpuinfo the text of Linux's {@code /proc/cpuinfo}; empty if it cannot be read
     * @return whether
     */
    public static boolean aesIsFast(String architecture, String cpuinfo) {
        return WITH_INTRINSICS.contains(architecture)
                && AES_FLAG.matcher(cpuinfo).find();
    }

    /**
     * Chooses for two: what both prefer; else ChaCha20-Poly1305, which is bearable everywhere; else what both have.
     *
     * @param offered the other one's numbers, the preferred one first; may have unknown ones
     * @param own this end's, the preferred one first
     * @return the cipher; empty if they have none in common
     */
    static Optional<SealCipher> choose(List<Integer> offered, List<SealCipher> own) {
        List<SealCipher> common = offered.stream()
                .flatMap(number -> own.stream().filter(cipher -> cipher.number == number))
                .toList();
        if (common.contains(CHACHA20_POLY1305)
                && (common.get(0) != own.get(0) || offered.get(0) != common.get(0).number)) {
            return Optional.of(CHACHA20_POLY1305);
        }
        return common.stream().findFirst();
    }
}
