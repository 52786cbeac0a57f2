package org.eclipse.kura.configuration.metatype;

import java.util.List;

/** A form. */
public interface OCD {
    /** {@return the fields} */
    List<AD> getAD();

    /** {@return the pictures} */
    List<Icon> getIcon();

    /** {@return the title} */
    String getName();

    /** {@return the text below it} */
    String getDescription();

    /** {@return the PID} */
    String getId();
}
