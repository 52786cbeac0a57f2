package org.eclipse.kura.configuration.metatype;

/** A value that can be chosen. */
public interface Option {
    /** {@return what is shown} */
    String getLabel();

    /** {@return what is stored} */
    String getValue();
}
