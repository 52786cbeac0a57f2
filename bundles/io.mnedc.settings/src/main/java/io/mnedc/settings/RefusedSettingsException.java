package io.mnedc.settings;

import io.mnedc.api.text.PlainText;
import java.util.List;

/** A configuration is not what its component allows. The message names all that is wrong, and never a secret. */
public final class RefusedSettingsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    RefusedSettingsException(List<String> problems) {
        super(PlainText.of(String.join("; ", problems)));
        this.problems = problems.stream().map(PlainText::of).toList();
    }

    /** {@return a sentence for each thing that is wrong: key, value, what is allowed} */
    List<String> problems() {
        return problems;
    }
}
