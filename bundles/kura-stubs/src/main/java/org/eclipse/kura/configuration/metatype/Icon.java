package org.eclipse.kura.configuration.metatype;

import java.math.BigInteger;

/** A picture of a form. */
public interface Icon {
    /** {@return where it is} */
    String getResource();

    /** {@return its width} */
    BigInteger getSize();
}
