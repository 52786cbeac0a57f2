package org.eclipse.kura.system;

import org.jspecify.annotations.Nullable;

/** Knows the gateway. */
public interface SystemService {
    /** {@return where what must last is kept} */
    @Nullable
    String getKuraDataDirectory();

    /** {@return the gateway's serial number, or a word that says that it is not known} */
    @Nullable
    String getSerialNumber();

    /** {@return the hardware address of the primary network card, or a word that says that it is not known} */
    @Nullable
    String getPrimaryMacAddress();
}
