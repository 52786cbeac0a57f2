package org.eclipse.kura.configuration.metatype;

/** What a field holds. */
public enum Scalar {
    /** Text. */
    STRING("String");

    private final String value;

    Scalar(String value) {
        this.value = value;
    }

    /** {@return the word for it} */
    public String value() {
        return value;
    }
}
