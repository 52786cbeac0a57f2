package io.mnedc.security.tool;

import io.mnedc.api.text.PlainText;
import java.io.IOException;
import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import java.util.List;

/**
 * Runs one command: {@value #COMMANDS}, each with {@code --data DIR}, the relay's {@code data.dir}, and if there is one
 * {@code --settings DIR}, where its settings are.
 */
public final class Main {
    private static final String COMMANDS = "token, tokens, ca, devices, revoke, unrevoke or revoked";
    private static final int FAILED = 1;
    private static final int WRONG = 2;

    private Main() {}

    /**
     * Runs the command and ends the process: status 1 when it failed, 2 when the command line is wrong.
     *
     * @param words of the command line
     */
    public static void main(String[] words) {
        System.exit(run(List.of(words), System.out, System.err));
    }

    /** Where answers go, and remarks. */
    static int run(List<String> words, PrintStream answers, PrintStream remarks) {
        PlainOutput out = new PlainOutput(answers);
        PlainOutput err = new PlainOutput(remarks);
        try {
            if (words.isEmpty()) {
                throw new WrongCommandException("a command is missing: " + COMMANDS);
            }
            Options options = Options.parse(words.subList(1, words.size()));
            Commands commands = new Commands(options, InstantSource.system(), out, err);
            switch (words.get(0)) {
                case "token" -> commands.token();
                case "tokens" -> commands.tokens();
                case "ca" -> commands.ca();
                case "devices" -> commands.devices();
                case "revoked" -> commands.revoked();
                case "revoke" -> commands.revoke();
                case "unrevoke" -> commands.unrevoke();
                default ->
                    throw new WrongCommandException(
                            "'" + words.get(0) + "' is no command, but one of these is: " + COMMANDS);
            }
            return 0;
        } catch (WrongCommandException | IllegalArgumentException e) {
            err.println(PlainText.of(e));
            return WRONG;
        } catch (IOException | GeneralSecurityException | IllegalStateException e) {
            err.println(PlainText.of(e));
            return FAILED;
        }
    }
}
