package io.mnedc.fuzz;

import io.mnedc.security.JoinToken;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Join tokens, as people paste them: read as they were written, or refused with a sentence that does not tell the
 * secret. If the first byte is odd, the rest is put into base64url first, which a changed input would seldom be.
 */
public final class Tokens {
    private static final String PREFIX = "mnedc1-";
    private static final int SECRET_BEGIN = 9;
    private static final int SECRET_END = SECRET_BEGIN + JoinToken.SECRET_BYTES;
    private static final long MOST_ALLOCATION = 256 << 10;

    private Tokens() {}

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length == 0) {
            return;
        }
        byte[] rest = Arrays.copyOfRange(data, 1, data.length);
        String text = (data[0] & 1) == 0
                ? new String(rest, StandardCharsets.UTF_8)
                : PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(rest);
        try {
            Checks.allocates(MOST_ALLOCATION + 64L * text.length(), () -> parse(text));
            JoinToken token = JoinToken.parse(text);
            Checks.same(token.text(), text.strip(), "a token is the same after it is written");
            Checks.same(token, JoinToken.parse(token.text()), "a token that was written is read");
            Checks.that(!token.addresses().isEmpty(), "a token has an address");
            // not by searching for the secret: an address may be spelled like it
            JoinToken other =
                    new JoinToken(token.addresses(), token.fingerprint(), token.id(), new byte[JoinToken.SECRET_BYTES]);
            Checks.same(token.toString(), other.toString(), "a token does not tell its secret");
        } catch (IllegalArgumentException refused) {
            String sentence = String.valueOf(refused.getMessage());
            Checks.sentence(sentence);
            if ((data[0] & 1) == 1 && rest.length >= SECRET_END) {
                String secret = secret(Arrays.copyOfRange(rest, SECRET_BEGIN, SECRET_END));
                // an address that is no address is shown, whatever it is
                String addresses = new String(rest, SECRET_END, rest.length - SECRET_END, StandardCharsets.ISO_8859_1);
                Checks.that(
                        addresses.contains(secret) || !sentence.contains(secret), "a refusal does not tell the secret");
            }
        }
    }

    private static void parse(String text) {
        try {
            JoinToken.parse(text);
        } catch (IllegalArgumentException e) {
            // the same happens again, and is looked at then
            Checks.that(e.getMessage() != null, "a refusal has a sentence");
        }
    }

    private static String secret(byte[] secret) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }
}
