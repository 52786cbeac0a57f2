package org.eclipse.kura.system;

import org.jspecify.annotations.Nullable;

/** Knows the gateway. */
public interface SystemService {
    /** {@return where what must last is kept} */
    @Nullable
    String getKuraDataDirectory();
}
