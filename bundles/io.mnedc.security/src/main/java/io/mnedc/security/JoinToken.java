package io.mnedc.security;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What lets a device join: where the relay is, by which CA it is known, and a secret that is good for one or a few uses.
 *
 * <p>As text: {@code mnedc1-} and, in base64url without padding (RFC 4648, section 5):
 *
 * <pre>
 * u8 version 1 | u64 token ID | 32 bytes secret | 32 bytes SHA-256 of the CA certificate's DER | addresses, ASCII, joined by ','
 * </pre>
 *
 * <p>Immutable. {@link #toString} does not show the secret.
 */
public final class JoinToken {
    /** Bytes of the secret. */
    public static final int SECRET_BYTES = 32;
    /** How many addresses a token may name. */
    public static final int MAX_ADDRESSES = 16;
    /** How long the text may be. */
    public static final int MAX_TEXT = 2048;

    /** So that the text is not longer than {@link #MAX_TEXT}. */
    private static final int MAX_ADDRESS_TEXT = 1400;

    private static final String PREFIX = "mnedc1-";
    private static final int VERSION = 1;
    private static final int FINGERPRINT_BYTES = 32;
    private static final int FIXED = 1 + Long.BYTES + SECRET_BYTES + FINGERPRINT_BYTES;
    /** A host name, an IPv4 address or a bracketed IPv6 address, and a port. */
    private static final Pattern ADDRESS =
            Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.%a-z]{2,64}]):([0-9]{1,5})");

    private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}([.][0-9]{1,3}){3}");

    private final List<String> addresses;
    private final String fingerprint;
    private final long id;
    private final byte[] secret;

    /**
     * Makes a token.
     *
     * @param addresses where the relay is, {@code HOST:PORT}, 1 to {@value #MAX_ADDRESSES}, tried in order
     * @param fingerprint of the CA that issued the relay's certificate: SHA-256, hexadecimal
     * @param id names the token at the relay
     * @param secret {@value #SECRET_BYTES} bytes; copied
     * @throws IllegalArgumentException when one of them is not as said
     */
    public JoinToken(List<String> addresses, String fingerprint, long id, byte[] secret) {
        if (addresses.isEmpty() || addresses.size() > MAX_ADDRESSES) {
            throw new IllegalArgumentException(
                    addresses.size() + " relay addresses: a join token names 1 to " + MAX_ADDRESSES + " HOST:PORT");
        }
        addresses.forEach(JoinToken::checkAddress);
        if (String.join(",", addresses).length() > MAX_ADDRESS_TEXT) {
            throw new IllegalArgumentException("the relay addresses of a join token may have " + MAX_ADDRESS_TEXT
                    + " characters together: leave some out");
        }
        if (!fingerprint.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a CA fingerprint is 64 lower-case hexadecimal digits");
        }
        if (secret.length != SECRET_BYTES) {
            throw new IllegalArgumentException("a token's secret has " + SECRET_BYTES + " bytes");
        }
        this.addresses = List.copyOf(addresses);
        this.fingerprint = fingerprint;
        this.id = id;
        this.secret = secret.clone();
    }

    /**
     * Reads a token.
     *
     * @param text as {@link #text} writes it; white space around it is ignored
     * @return the token
     * @throws IllegalArgumentException when it is none; the message has the cure and never the token
     */
    public static JoinToken parse(String text) {
        String trimmed = text.strip();
        if (!trimmed.startsWith(PREFIX)) {
            throw damaged("it does not begin with " + PREFIX);
        }
        if (trimmed.length() > MAX_TEXT) {
            throw damaged("it is longer than " + MAX_TEXT + " characters");
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(trimmed.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw damaged("it has characters that do not belong there, or lacks some");
        }
        if (bytes.length <= FIXED || bytes[0] != VERSION) {
            throw damaged(bytes.length <= FIXED ? "it is too short" : "it is of version " + bytes[0]);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        long id = in.getLong();
        byte[] secret = new byte[SECRET_BYTES];
        in.get(secret);
        byte[] fingerprint = new byte[FINGERPRINT_BYTES];
        in.get(fingerprint);
        String addresses = new String(bytes, FIXED, bytes.length - FIXED, StandardCharsets.ISO_8859_1);
        JoinToken token;
        try {
            token = new JoinToken(
                    Arrays.asList(addresses.split(",", -1)), HexFormat.of().formatHex(fingerprint), id, secret);
        } catch (IllegalArgumentException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
        if (!token.text().equals(trimmed)) {
            throw damaged("its last character is not as it was made");
        }
        return token;
    }

    private static IllegalArgumentException damaged(String why) {
        return new IllegalArgumentException("not a join token (" + why + "): copy the whole last line that"
                + " './mnedc relay token' or 'mnedc:token' printed, or make a new token");
    }

    /**
     * Reads the host of an address of a token, if it is a literal.
     *
     * @param address {@code HOST:PORT}
     * @return the address; empty if a name stands there
     */
    public static Optional<InetAddress> literal(String address) {
        var matcher = ADDRESS.matcher(address);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String host = matcher.group(1);
        boolean ipv6 = host.startsWith("[");
        if (!ipv6 && !IPV4.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            // never asks the DNS: a literal in brackets, or four numbers
            InetAddress read = InetAddress.getByName(ipv6 ? host.replaceAll("%[^]]*", "") : host);
            return Optional.of(InetAddress.getByAddress(read.getAddress()));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** {@return whether a text is an address of a relay as tokens have it, HOST:PORT} */
    public static boolean isAddress(String text) {
        try {
            checkAddress(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void checkAddress(String address) {
        var matcher = ADDRESS.matcher(address);
        if (!matcher.matches() || port(matcher.group(2)) < 1 || port(matcher.group(2)) > 65_535) {
            throw new IllegalArgumentException("relay address '" + Names.shown(address)
                    + "' is not HOST:PORT, with IPv6 as [ADDRESS]:PORT and a port of 1 to 65535");
        }
    }

    private static int port(String digits) {
        return Integer.parseInt(digits);
    }

    /** {@return the text to hand to a device: keep it secret} */
    public String text() {
        byte[] tail = String.join(",", addresses).getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = ByteBuffer.allocate(FIXED + tail.length)
                .put((byte) VERSION)
                .putLong(id)
                .put(secret)
                .put(HexFormat.of().parseHex(fingerprint))
                .put(tail)
                .array();
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** {@return where the relay is, {@code HOST:PORT}, at least one} */
    public List<String> addresses() {
        return addresses;
    }

    /** {@return the fingerprint of the CA, as {@link Fingerprints} writes it} */
    public String fingerprint() {
        return fingerprint;
    }

    /** {@return the name of the token at the relay} */
    public long id() {
        return id;
    }

    /** {@return a copy of the secret} */
    public byte[] secret() {
        return secret.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JoinToken token && text().equals(token.text());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    @Override
    public String toString() {
        return "join token " + HexFormat.of().toHexDigits(id) + " of " + String.join(",", addresses);
    }
}
