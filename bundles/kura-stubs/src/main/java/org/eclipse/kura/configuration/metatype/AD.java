package org.eclipse.kura.configuration.metatype;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A field of a form. */
public interface AD {
    /** {@return the values that can be chosen} */
    List<Option> getOption();

    /** {@return what it is called} */
    String getName();

    /** {@return the text below it} */
    String getDescription();

    /** {@return the key} */
    String getId();

    /** {@return what it holds} */
    Scalar getType();

    /** {@return 0: a single value} */
    int getCardinality();

    /** {@return the least} */
    @Nullable
    String getMin();

    /** {@return the most} */
    @Nullable
    String getMax();

    /** {@return the value before somebody sets one} */
    @Nullable
    String getDefault();

    /** {@return whether it must not be empty} */
    boolean isRequired();
}
