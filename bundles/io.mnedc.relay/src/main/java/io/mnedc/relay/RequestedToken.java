package io.mnedc.relay;

import io.mnedc.api.relay.RelayAdministration;
import io.mnedc.api.relay.RelayAdministration.TokenRequest;
import io.mnedc.api.text.PlainText;
import io.mnedc.files.PrivateFiles;
import io.mnedc.security.JoinToken;
import io.mnedc.security.authority.JoinTokens;
import io.mnedc.security.authority.RelayDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The join token that the setting {@code token.request} asks for. It is made once for each text of the setting, whatever
 * is started again meanwhile: a file, which only the relay's user can read, holds the text and the token.
 */
final class RequestedToken {
    private static final Logger LOG = LoggerFactory.getLogger(RequestedToken.class);
    private static final int LIMIT = 16 * 1024;

    private final @Nullable Path file;

    /** For the relay that keeps its data in this directory, if in any. */
    RequestedToken(@Nullable Path directory) {
        this.file = directory == null ? null : directory.resolve(RelayDirectory.REQUESTED_TOKEN);
    }

    /**
     * Makes the token, if there is none for this request yet.
     *
     * @param request the setting; empty: the token before is forgotten
     * @param administration makes it
     */
    void apply(String request, RelayAdministration administration) {
        String text = String.join(" ", request.strip().split("\\s+", -1));
        Path kept = file;
        if (kept == null) {
            return;
        }
        try {
            List<String> before = lines(kept);
            if (text.isEmpty()) {
                if (!before.isEmpty()) {
                    PrivateFiles.write(kept, new byte[0]);
                }
                return;
            }
            if (before.size() == 2 && before.get(0).equals(text)) {
                return;
            }
            TokenRequest wish = TokenWish.parse(text);
            String token = administration.token(wish);
            PrivateFiles.write(kept, (text + "\n" + token + "\n").getBytes(StandardCharsets.UTF_8));
            LOG.info(
                    "token.request: a join token for {} is made, good for {} and {} device(s); it is the last line of"
                            + " {}, and in Kura on the page MNEDC status; for another one change the setting",
                    wish.deviceId().orElse("any new device"),
                    wish.lifetime(),
                    wish.uses(),
                    kept);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            LOG.error("No join token is made for token.request: {}", PlainText.of(e));
        }
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file)
                ? new String(PrivateFiles.read(file, LIMIT), StandardCharsets.UTF_8)
                        .lines()
                        .toList()
                : List.of();
    }

    /** {@return the token while it can be used; a secret} */
    Optional<String> usable(RelayAdministration administration) {
        Path kept = file;
        if (kept == null) {
            return Optional.empty();
        }
        try {
            List<String> lines = lines(kept);
            if (lines.size() != 2) {
                return Optional.empty();
            }
            String id = JoinTokens.name(JoinToken.parse(lines.get(1)).id());
            return administration.tokens().stream().anyMatch(open -> open.id().equals(id))
                    ? Optional.of(lines.get(1))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            LOG.debug("{} cannot be read", kept, e);
            return Optional.empty();
        }
    }
}
